/** Machine-readable reason of a failure; the command line turns it into an exit code. */
export const errorCodes = {
  wrongCall: 'a flag, field or parameter is wrong',
  badInput: 'a file or dataset cannot be used as it is',
  unsupported: 'the input is valid, but this program cannot handle it',
  notFound: 'nothing has that name',
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

/** What travels over the wire and into `--json`. */
export interface ErrorReport {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: ErrorDetails | undefined
}

/** An error for a person: the message says where, what was expected, what was got, and what to do. */
export class NNOptError extends Error {
  override readonly name = 'NNOptError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details?: ErrorDetails,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Any thrown value as a report; what is not an NNOptError is a defect and says so by its code. */
export function toErrorReport(error: unknown): ErrorReport {
  if (error instanceof NNOptError) {
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }) }
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

/** The error that a report describes, on the receiving side of a process boundary. */
export function fromErrorReport(report: ErrorReport): NNOptError {
  return new NNOptError(report.code, report.message, report.details)
}

/** Throws an internal error when a condition that the code relies on does not hold. */
export function assert(condition: unknown, message: () => string): asserts condition {
  if (!condition) throw new NNOptError('internal', message())
}
