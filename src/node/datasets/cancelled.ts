import { NNOptError } from '../../shared/errors'

/** Throws `cancelled` if the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new NNOptError('cancelled', `${what} was stopped on request`)
}
