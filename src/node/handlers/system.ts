import { statfsSync } from 'node:fs'
import { cpus, freemem, totalmem } from 'node:os'
import { atLeast } from '../../shared/atLeast'
import type { Handlers } from '../../shared/contract'
import type { SystemInfo } from '../../shared/types'
import { programVersion } from '../programVersion'
import { diskUse } from '../store/durable'
import type { HostParts } from './parts'

type SystemHandlers = Pick<
  Handlers,
  'system.ping' | 'system.info' | 'system.diagnostics' | 'doctor.check' | 'backends.list' | 'backends.measure'
>

export function systemHandlers(parts: HostParts): SystemHandlers {
  const usage = createCpuMeter()
  return {
    'system.ping': () => ({}),
    'system.info': () => ({
      program: { version: programVersion(), node: process.versions.node, pid: process.pid },
      cpu: { model: cpus()[0]?.model.trim() ?? 'unknown', logicalCores: cpus().length, usage: usage() },
      memory: { totalBytes: totalmem(), freeBytes: freemem() },
      workspace: workspaceInfo(parts),
    }),
    'system.diagnostics': async () => ({ text: await (await import('../diagnostics')).diagnostics(parts.store) }),
    'doctor.check': async ({ repair, deep }) => (await import('../doctor/index')).runDoctor(parts.store, repair, deep),
    'backends.list': async () => (await import('./backendList')).backendInfos(),
    'backends.measure': async (params) => (await import('./backendList')).measuredBackends(params),
  }
}

function workspaceInfo({ store: { paths }, workspace, readOnly }: HostParts): SystemInfo['workspace'] {
  const { bavail, bsize } = statfsSync(workspace)
  const [versionsBytes, datasetsBytes, runsBytes, trashBytes] = atLeast(
    4,
    [paths.versions, paths.datasets, paths.runs, paths.trash].map(diskUse),
  )
  return {
    path: workspace,
    readOnly,
    usedBytes: versionsBytes + datasetsBytes + runsBytes + trashBytes + diskUse(paths.database),
    versionsBytes,
    datasetsBytes,
    runsBytes,
    trashBytes,
    freeBytes: bavail * bsize,
  }
}

/** Share of time that the cores were busy since the last call. */
function createCpuMeter(): () => number {
  let before = cpuTimes()
  return () => {
    const after = cpuTimes()
    const [busy, total] = [after.busy - before.busy, after.total - before.total]
    before = after
    return total > 0 ? busy / total : 0
  }
}

function cpuTimes(): { readonly busy: number; readonly total: number } {
  const times = cpus().map((core) => core.times)
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { total, busy: total - times.reduce((sum, { idle }) => sum + idle, 0) }
}
