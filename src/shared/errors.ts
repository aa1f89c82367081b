import { printableLine, shortened } from './printable'

/** Machine-readable reason of an error; the CLI maps it to an exit code. */
export const errorCodes = {
  wrongCall: 'a flag, field or parameter is wrong',
  badInput: 'a file or dataset cannot be used as it is',
  unsupported: 'the input is valid, but this program cannot handle it',
  notFound: 'nothing has that name',
  forbidden: 'the token does not allow this',
  conflict: 'the request conflicts with existing data',
  storage: 'the workspace cannot be read or written',
  schemaTooNew: 'the workspace was written by a newer version of the program',
  unavailable: 'a backend, runtime or device is not available',
  diverged: 'training produced non-finite numbers',
  cancelled: 'stopped on request',
  goalNotMet: 'the work finished, but its goal was not reached',
  crashed: 'a process ended without a result',
  internal: 'a bug in this program',
} as const

export type ErrorCode = keyof typeof errorCodes

export type ErrorDetails = Readonly<Record<string, unknown>>

/** The form of an error on the wire and in `--json`. */
export interface ErrorReport {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: ErrorDetails | undefined
}

/** Longer messages quote what somebody else wrote. */
const longestMessage = 4000
const readable = (message: string): string =>
  shortened(printableLine(message.replace(/\s*\n\s*/g, ' ')), longestMessage)

/** An error for people: the message says where, what was expected, what it got, and what to do. It may quote anything: what would upset a terminal is escaped. */
export class NNOptError extends Error {
  override readonly name = 'NNOptError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: ErrorDetails,
    options?: ErrorOptions,
  ) {
    super(readable(message), options)
  }
}

/** Converts any thrown value to a report; anything but an NNOptError is a bug and gets the code 'internal'. */
export function toErrorReport(error: unknown): ErrorReport {
  if (error instanceof NNOptError) {
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }) }
  }
  return { code: 'internal', message: readable(error instanceof Error ? error.message : String(error)) }
}

/** Rebuilds an error from a report, on the receiving side of a process boundary. */
export function fromErrorReport(report: ErrorReport): NNOptError {
  return new NNOptError(report.code, report.message, report.details)
}

/** Throws an internal error if an invariant does not hold. */
export function assert(condition: unknown, message: () => string): asserts condition {
  if (!condition) throw new NNOptError('internal', message())
}
