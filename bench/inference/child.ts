import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'

/** Something that is measured: it has a model, says what it sees in the test images, and runs batches of noise. */
export interface Contestant {
  readonly name: string
  readonly version: string
  predict(): Promise<readonly number[]>
  /** Milliseconds of each run; `settling` runs before them do not count. */
  time(batch: number, runs: number, settling: number): Promise<readonly number[]>
  stop(): Promise<void>
}

const ready = z.object({ version: z.string() })
const predicted = z.object({ predictions: z.array(z.number()) })
const timed = z.object({ timesMs: z.array(z.number()) })

/** A peer in a process of its own. Rejects when it ends before it is ready. */
export async function startPeer(
  python: string,
  script: string,
  kind: string,
  folder: string,
  threads: number,
): Promise<Contestant> {
  const child = spawn(python, [script, kind, folder, String(threads)], {
    stdio: ['pipe', 'pipe', process.env['NNOPT_DEBUG'] === '1' ? 'inherit' : 'ignore'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${kind} ended before it answered (status ${String(child.exitCode)})`)
    return JSON.parse(value)
  }
  const ask = (task: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(task)}\n`)
    return next()
  }
  const { version } = ready.parse(await next())
  return {
    name: kind,
    version,
    predict: async () => predicted.parse(await ask({ task: 'predict', batch: 32 })).predictions,
    time: async (batch, runs, settling) => timed.parse(await ask({ task: 'time', batch, runs, settling })).timesMs,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin.end()
      await ended
    },
  }
}
