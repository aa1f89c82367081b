import { availableParallelism, cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** CPU load between two samples, in cores: 1 is one core busy all the time. */
export interface Load {
  readonly own: number
  readonly others: number
}

/** Busy time of all cores in milliseconds. */
const busyMs = (): number =>
  cpus().reduce((total, { times: { user, nice, sys, irq } }) => total + user + nice + sys + irq, 0)

/** Starts watching; the returned function gives the load since. Counts this process and its threads as its own. */
export function watchLoad(): () => Load {
  const [busy, own, at] = [busyMs(), process.cpuUsage(), performance.now()]
  return () => {
    const elapsedMs = performance.now() - at
    const { user, system } = process.cpuUsage(own)
    const ownCores = (user + system) / 1000 / elapsedMs
    return { own: ownCores, others: Math.max(0, (busyMs() - busy) / elapsedMs - ownCores) }
  }
}

/** The kernel counts in hundredths of a second, so shorter intervals are too coarse. */
const lookMs = 500

export async function idleLoad(): Promise<Load> {
  const load = watchLoad()
  await sleep(lookMs)
  return load()
}

/** Ordinary background services stay below this, in cores. */
const disturbing = 0.25

export const isQuiet = ({ others }: Load): boolean => others < disturbing

/** A warning if other programs take CPU time from the measurement. */
export const disturbance = (when: string, load: Load): readonly string[] =>
  isQuiet(load)
    ? []
    : [
        `other programs kept ${load.others.toFixed(1)} of ${availableParallelism()} cores busy ${when}: close them and measure again`,
      ]
