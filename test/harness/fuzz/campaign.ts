import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Fault } from './report'

/** What a child says: the number of the file that it is about to read, how one ended, or that it is done. */
export type FromChild =
  | { readonly kind: 'at'; readonly number: number }
  | { readonly kind: 'ended'; readonly verdict: 'read' | 'refused' | 'fault'; readonly message: string }
  | { readonly kind: 'done'; readonly peakBytes: number }

export interface Counts {
  read: number
  refused: number
  peakBytes: number
  readonly faults: Fault[]
}

const longestReadMs = 10_000
const mostBytes = 2e9

/** Reads files `first` to `count` of a kind in processes of their own: one that ends, hangs or grows is a fault of its file, and the next one goes on. */
export async function campaign(program: string, kind: string, seed: number, count: number): Promise<Counts> {
  const counts: Counts = { read: 0, refused: 0, peakBytes: 0, faults: [] }
  for (let next = 0; next < count;) next = await stretch([program, kind, seed, next, count], counts)
  if (counts.peakBytes > mostBytes) counts.faults.push({ number: -1, message: `took ${counts.peakBytes} bytes` })
  return counts
}

type Stretch = readonly [program: string, kind: string, seed: number, first: number, count: number]

/** One child, as far as it gets; returns the number of the next file. */
function stretch([program, kind, seed, first, count]: Stretch, counts: Counts): Promise<number> {
  const child = fork(program, ['--child', kind, String(seed), String(first), String(count)], {
    execArgv: ['--enable-source-maps', '--max-old-space-size=2048'],
  })
  const watch = watchdog(child)
  let at = first
  let isDone = false
  child.on('message', (message: FromChild) => {
    watch.alive()
    if (message.kind === 'at') at = message.number
    if (message.kind === 'ended') note(counts, at, message)
    if (message.kind === 'done') [isDone, counts.peakBytes] = [true, Math.max(counts.peakBytes, message.peakBytes)]
  })
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      watch.stop()
      if (isDone) return resolve(count)
      const message = watch.hasBitten() ? `took longer than ${longestReadMs / 1000} s` : `ended: ${signal ?? code}`
      counts.faults.push({ number: at, message: `the process ${message}` })
      resolve(at + 1)
    }),
  )
}

function note(counts: Counts, number: number, { verdict, message }: Extract<FromChild, { kind: 'ended' }>): void {
  if (verdict === 'fault') counts.faults.push({ number, message })
  else counts[verdict]++
}

/** Ends a child that says nothing for too long. */
function watchdog(child: ChildProcess): { alive(): void; hasBitten(): boolean; stop(): void } {
  let hasBitten = false
  const bite = (): void => {
    hasBitten = true
    child.kill('SIGKILL')
  }
  let timer = setTimeout(bite, longestReadMs)
  return {
    alive: () => {
      clearTimeout(timer)
      timer = setTimeout(bite, longestReadMs)
    },
    hasBitten: () => hasBitten,
    stop: () => clearTimeout(timer),
  }
}
