import { availableParallelism } from 'node:os'
import { NNOptError, fromErrorReport } from '../../../shared/errors'
import type { PoolCall, PoolCalls, PoolReply, PoolRequest } from './calls'
import { startChild } from './child'
import type { PoolChild } from './child'
import { createRequestBook } from './requests'
import type { RequestBook } from './requests'

export interface PoolOptions {
  /** How often a request may end the process, alone, before it is dropped. */
  readonly attempts?: number
  /**
   * Maximum requests in the process at once; more wait here. Default: cores + 1, so that one is prepared while the
   * others run.
   */
  readonly capacity?: number
  /** Called if the process ended without being asked to, with how it ended. */
  readonly onCrash?: (how: string) => void
  /** The process's program. */
  readonly file?: string
}

/** Sends calls to the process and keeps it running. */
export interface Runner {
  readonly pid: number | undefined
  readonly crashes: number
  call<K extends PoolCall>(
    name: K,
    params: PoolCalls[K]['params'],
    signal?: AbortSignal,
  ): Promise<PoolCalls[K]['result']>
  /** A call that is repeated for every new process until it is forgotten. */
  stand<K extends 'open' | 'openData'>(
    number: number,
    name: K,
    params: PoolCalls[K]['params'],
  ): Promise<PoolCalls[K]['result']>
  /** Closes a model. */
  forget(model: number): Promise<void>
  close(): Promise<void>
}

const defaultAttempts = 3
/** A process that takes longer to release its sessions is killed. */
const closingMs = 10_000

export function createRunner({
  attempts = defaultAttempts,
  capacity = availableParallelism() + 1,
  onCrash,
  file,
}: PoolOptions): Runner {
  const book = createRequestBook()
  /** Calls to restore in a new process first: open models and datasets. */
  const standing = new Map<number, PoolRequest>()
  let child: PoolChild | undefined
  let [nextId, crashes, fruitless, closed] = [0, 0, 0, false]

  const start = (): PoolChild => {
    const started = startChild(onReply, file)
    for (const request of standing.values()) started.send(request)
    void started.ended.then((how) => (child === started ? lost(how) : undefined))
    return started
  }
  const feed = (): void => {
    for (let entry = book.next(capacity); entry; entry = book.next(capacity)) (child ??= start()).send(entry.request)
    child?.hold(book.size > 0)
  }
  const lost = (how: string): void => {
    child = undefined
    if (closed) return
    crashes++
    fruitless++
    onCrash?.(how)
    for (const entry of book.crashed(attempts)) entry.reject(poisonError(how, attempts))
    // If the process ends whenever a model is reopened, there is no request to blame.
    if (fruitless > 2 * attempts)
      book.rejectAll(
        new NNOptError('crashed', `the inference process ${how}, ${fruitless} times without completing a request`),
      )
    feed()
  }
  function onReply(reply: PoolReply): void {
    const entry = book.finish(reply.id)
    if (entry) fruitless = 0
    if ('error' in reply) entry?.reject(fromErrorReport(reply.error))
    else entry?.resolve(reply.result)
    feed()
  }
  const call: Runner['call'] = (name, params, signal) => {
    if (closed) return Promise.reject(new NNOptError('cancelled', 'the inference pool is closed'))
    const answer = enter(book, { id: nextId++, call: name, params } as PoolRequest, signal)
    feed()
    return answer as Promise<PoolCalls[typeof name]['result']>
  }
  return {
    get pid() {
      return child?.pid
    },
    get crashes() {
      return crashes
    },
    call,
    async stand(number, name, params) {
      const result = await call(name, params)
      standing.set(number, { id: nextId++, call: name, params } as PoolRequest)
      return result
    },
    async forget(model) {
      standing.delete(model)
      if (child && !closed) await call('close', { model })
    },
    async close() {
      closed = true
      book.rejectAll(new NNOptError('cancelled', 'the inference pool was closed'))
      if (child) await endChild(child, nextId++)
    },
  }
}

/** Queues a request; the promise settles with its result. An abort cancels it. */
function enter(
  book: RequestBook,
  request: PoolRequest,
  signal: AbortSignal | undefined,
): Promise<PoolCalls[PoolCall]['result']> {
  const stopped = (): NNOptError => new NNOptError('cancelled', 'inference was stopped on request')
  if (signal?.aborted) return Promise.reject(stopped())
  const onAbort = (): void => book.drop(request.id)?.reject(stopped())
  signal?.addEventListener('abort', onAbort, { once: true })
  const answer = new Promise<PoolCalls[PoolCall]['result']>((resolve, reject) =>
    book.add({ request, suspect: false, crashes: 0, cancelled: false, resolve, reject }),
  )
  return answer.finally(() => signal?.removeEventListener('abort', onAbort))
}

async function endChild(child: PoolChild, id: number): Promise<void> {
  child.hold(true)
  child.send({ id, call: 'end', params: null })
  const timer = setTimeout(() => child.kill(), closingMs)
  await child.ended
  clearTimeout(timer)
}

const poisonError = (how: string, attempts: number): NNOptError =>
  new NNOptError(
    'crashed',
    `the inference process ${how} on this request ${attempts} times in a row, with no other request running: the request was dropped, and the others continue`,
  )
