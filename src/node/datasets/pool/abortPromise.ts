import { NNOptError } from '../../../shared/errors'

export interface AbortPromise {
  /** Rejects with `cancelled` on abort; never resolves. */
  readonly promise: Promise<never>
  /** Stops listening. */
  release(): void
}

/** Turns a signal into something that work can race against. */
export function abortPromise(signal: AbortSignal | undefined): AbortPromise {
  let onAbort = (): void => undefined
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(new NNOptError('cancelled', 'reading the dataset was stopped on request'))
    if (signal?.aborted) onAbort()
  })
  promise.catch(() => undefined)
  signal?.addEventListener('abort', onAbort, { once: true })
  return { promise, release: () => signal?.removeEventListener('abort', onAbort) }
}
