import type { NNOptError } from '../../../shared/errors'
import type { PoolCall, PoolCalls, PoolRequest } from './calls'

/** A queued or active call, with how often the process ended while it was the only active one. */
export interface OpenRequest {
  readonly request: PoolRequest
  /** Set once the process ended during this call: it is then retried alone, to find out which call ends the process. */
  suspect: boolean
  crashes: number
  /** Cancelled by its caller: not retried. */
  cancelled: boolean
  resolve(result: PoolCalls[PoolCall]['result']): void
  reject(error: Error): void
}

/** Queued and active calls. They start in order; suspects come first and run alone. */
export interface RequestBook {
  add(entry: OpenRequest): void
  /** The next call that may start now. */
  next(capacity: number): OpenRequest | undefined
  /** Removes a call that has been answered. */
  finish(id: number): OpenRequest | undefined
  /** Requeues all active calls after the process ended; returns those that have ended it alone `attempts` times. */
  crashed(attempts: number): readonly OpenRequest[]
  drop(id: number): OpenRequest | undefined
  rejectAll(error: NNOptError): void
  readonly size: number
}

export function createRequestBook(): RequestBook {
  const running = new Map<number, OpenRequest>()
  let queue: OpenRequest[] = []
  return {
    add: (entry) => queue.push(entry),
    next(capacity) {
      const [head] = queue
      const alone = head?.suspect || [...running.values()].some(({ suspect }) => suspect)
      if (!head || running.size >= (alone ? 1 : capacity)) return undefined
      queue.shift()
      running.set(head.request.id, head)
      return head
    },
    finish(id) {
      const entry = running.get(id)
      running.delete(id)
      return entry
    },
    crashed(attempts) {
      const lost = [...running.values()].filter(({ cancelled }) => !cancelled)
      const ran = running.size
      running.clear()
      if (ran === 1 && lost.length === 1) lost[0]!.crashes++
      const poison = lost.filter(({ crashes }) => crashes >= attempts)
      for (const entry of lost) entry.suspect = true
      queue = [...lost.filter(({ crashes }) => crashes < attempts), ...queue]
      return poison
    },
    drop(id) {
      const entry = running.get(id) ?? queue.find(({ request }) => request.id === id)
      if (entry) entry.cancelled = true
      // An active call stays listed until it is answered, because the process is still busy with it.
      queue = queue.filter(({ request }) => request.id !== id)
      return entry
    },
    rejectAll(error) {
      for (const entry of [...running.values(), ...queue.splice(0)]) entry.reject(error)
      running.clear()
    },
    get size() {
      return running.size + queue.length
    },
  }
}
