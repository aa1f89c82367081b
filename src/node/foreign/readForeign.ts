import { Worker } from 'node:worker_threads'
import { NNOptError, fromErrorReport } from '../../shared/errors'
import type { Progress } from '../../shared/types/progress'
import { engineFile } from '../engineFile'
import type { ForeignReply, ForeignRequest, ForeignTask, ForeignTasks } from './messages'

/** What reading a foreign file may take; the bytes that it really has give it more. */
export interface ForeignLimits {
  /** Without progress. */
  readonly silentMs: number
  /** Of memory, and for each byte that is read. */
  readonly memoryBytes: number
  readonly memoryPerByte: number
}

const usualLimits: ForeignLimits = { silentMs: 60_000, memoryBytes: 2 ** 31, memoryPerByte: 6 }
/** A slow disk. */
const bytesPerMs = 5000
/** Of JavaScript's own objects: a million entries of an archive take some 600 MB. */
const heapMiB = 3072
const watchEveryMs = 100

export interface ForeignOptions {
  /** Named in errors. */
  readonly what: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: Progress) => void
  readonly limits?: ForeignLimits
}

/**
 * Reads a file that somebody else made, in a thread that ends when it takes too long, needs too much memory or is no longer wanted.
 * Throws what the reader throws, `badInput` for a file that asks too much, and `cancelled` on abort.
 */
export async function readForeign<K extends ForeignTask>(
  task: K,
  params: ForeignTasks[K]['params'],
  options: ForeignOptions,
): Promise<ForeignTasks[K]['result']> {
  const thread = new Worker(engineFile('foreign'), {
    name: `foreign ${task}`,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
  })
  try {
    return (await replyOf(thread, { task, params } as ForeignRequest, options)) as ForeignTasks[K]['result']
  } finally {
    await thread.terminate()
  }
}

function replyOf(
  thread: Worker,
  request: ForeignRequest,
  { what, signal, onProgress, limits = usualLimits }: ForeignOptions,
): Promise<ForeignTasks[ForeignTask]['result']> {
  return new Promise((resolve, reject) => {
    const stopWatching = watch(thread, limits, (excess) => reject(tooMuch(what, excess)))
    const onAbort = (): void => reject(new NNOptError('cancelled', `reading ${what} was stopped on request`))
    const settled = (): void => {
      stopWatching()
      signal?.removeEventListener('abort', onAbort)
    }
    thread.on('message', (reply: ForeignReply) => {
      if (reply.kind === 'progress') onProgress?.(reply.progress)
      if (reply.kind === 'result') resolve((settled(), reply.result))
      if (reply.kind === 'error') reject((settled(), fromErrorReport(reply.error)))
    })
    thread.once('error', (error) => reject((settled(), ended(what, error))))
    thread.once('exit', settled)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    else thread.postMessage(request)
  })
}

/** Looks after a thread until it is told to stop. */
function watch(thread: Worker, limits: ForeignLimits, onExcess: (excess: string) => void): () => void {
  const before = process.memoryUsage.rss()
  let memoryBytes = limits.memoryBytes
  let deadline = performance.now() + limits.silentMs
  thread.on('message', (reply: ForeignReply) => {
    const read = reply.kind === 'reads' ? reply.bytes : 0
    memoryBytes += read * limits.memoryPerByte
    deadline = Math.max(deadline, performance.now() + limits.silentMs + read / bytesPerMs)
  })
  const timer = setInterval(() => {
    if (performance.now() > deadline) onExcess(`more than ${(limits.silentMs / 1000).toFixed(0)} s`)
    if (process.memoryUsage.rss() - before > memoryBytes)
      onExcess(`more than ${(memoryBytes / 2 ** 20).toFixed(0)} MiB of memory`)
  }, watchEveryMs)
  return () => clearInterval(timer)
}

const tooMuch = (what: string, excess: string): NNOptError =>
  new NNOptError('badInput', `${what} took ${excess} to read and was given up: it is damaged, or made to do so`)

function ended(what: string, error: unknown): NNOptError {
  const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isMemory
    ? tooMuch(what, `more than ${heapMiB} MiB of memory`)
    : new NNOptError('internal', error instanceof Error ? error.message : String(error), undefined, { cause: error })
}
