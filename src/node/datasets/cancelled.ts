import { NNOptError } from '../../shared/errors'

/** Throws `cancelled` once the signal is given. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new NNOptError('cancelled', `${what} was stopped on request`)
}
