// Time and peak memory of post-training quantization: node bench/quantize.mjs VERSION --dataset NAME [--workspace DIR] [flags of nnopt quantize]
// Memory is what the processes of the run hold together (VmRSS of /proc, every 100 ms): the command line and its job.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'nnopt.mjs')
const startedAt = performance.now()
const child = spawn(process.execPath, [cli, 'quantize', ...process.argv.slice(2), '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})

const field = (status, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

/** Kilobytes of a process and all that it started. */
function memoryOf(root) {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statusOf(name)]),
  )
  const own = (pid) =>
    field(all.get(pid) ?? '', 'VmRSS') +
    [...all].filter(([, status]) => field(status, 'PPid') === pid).reduce((sum, [id]) => sum + own(id), 0)
  return own(root)
}

let [peak, output] = [0, '']
const timer = setInterval(() => (peak = Math.max(peak, memoryOf(child.pid))), 100)
child.stdout.on('data', (chunk) => (output += chunk))
child.on('close', (code) => {
  clearInterval(timer)
  const { name, error, rungs = [] } = JSON.parse(output)
  console.log(
    error
      ? error.message
      : `${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s, peak ${(peak / 1e6).toFixed(2)} GB`,
  )
  for (const { rung, seconds } of rungs) console.log(`  ${rung}: ${seconds.toFixed(1)} s`)
  process.exitCode = code
})
