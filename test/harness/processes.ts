import { readdirSync, readFileSync } from 'node:fs'

/** What a process and those that it started take, as Linux counts it; null where that cannot be known. */
export interface Use {
  readonly residentBytes: number
  readonly handles: number
}

const statusField = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0)

/** A process may end while it is looked at. */
function tolerant<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}

export function useOf(pid: number): Use | null {
  if (process.platform !== 'linux') return null
  const pids = [...withChildren(pid)]
  const status = (each: number): string => tolerant(() => readFileSync(`/proc/${each}/status`, 'utf8'), '')
  return {
    residentBytes: pids.reduce((sum, each) => sum + statusField(status(each), 'VmRSS') * 1024, 0),
    handles: pids.reduce((sum, each) => sum + tolerant(() => readdirSync(`/proc/${each}/fd`).length, 0), 0),
  }
}

function withChildren(pid: number): Set<number> {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(
      (name) =>
        [
          Number(name),
          statusField(
            tolerant(() => readFileSync(`/proc/${name}/status`, 'utf8'), ''),
            'PPid',
          ),
        ] as const,
    )
  const found = new Set([pid])
  // A child has a higher number than its parent, but for the few that come after numbers began again.
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const [child, parent] of parents) if (found.has(parent)) found.add(child)
  }
  return found
}
