import { execFile } from 'node:child_process'
import { cpus, freemem, totalmem } from 'node:os'
import { promisify } from 'node:util'

/** Load of the machine and of this process; fractions are 0..1. */
export interface SystemMetrics {
  /** Share of all cores that worked since the last sample. */
  readonly cpuShare: number
  readonly ramUsedBytes: number
  readonly ramTotalBytes: number
  /** Resident memory of this process. */
  readonly processBytes: number
  readonly gpus: readonly GpuMetrics[]
}

export interface GpuMetrics {
  readonly name: string
  readonly share: number
  readonly memoryUsedBytes: number
  readonly memoryTotalBytes: number
}

const run = promisify(execFile)
const mebibyte = 1024 ** 2
const gpuTimeoutMs = 2000
const gpuQuery = ['--query-gpu=name,utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits']

/** Samples the system; each sample covers the time since the one before. */
export function createSystemMonitor(): { sample(): Promise<SystemMetrics> } {
  let before = cpuTimes()
  let hasGpu = true
  return {
    sample: async () => {
      const now = cpuTimes()
      const total = now.total - before.total
      const cpuShare = total > 0 ? 1 - (now.idle - before.idle) / total : 0
      before = now
      const gpus = hasGpu ? await sampleGpus() : []
      hasGpu = gpus.length > 0
      return {
        cpuShare,
        ramUsedBytes: totalmem() - freemem(),
        ramTotalBytes: totalmem(),
        processBytes: process.memoryUsage.rss(),
        gpus,
      }
    },
  }
}

function cpuTimes(): { readonly idle: number; readonly total: number } {
  const times = cpus().map((cpu) => cpu.times)
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), total }
}

/** NVIDIA GPUs by their own tool; none where it is missing. */
export async function sampleGpus(): Promise<readonly GpuMetrics[]> {
  const output = await run('nvidia-smi', gpuQuery, { timeout: gpuTimeoutMs }).then(
    ({ stdout }) => stdout,
    () => '',
  )
  return output
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name = '', share, used, total] = line.split(',').map((field) => field.trim())
      return {
        name,
        share: Number(share) / 100,
        memoryUsedBytes: Number(used) * mebibyte,
        memoryTotalBytes: Number(total) * mebibyte,
      }
    })
}
