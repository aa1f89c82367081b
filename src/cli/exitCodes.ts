import type { ErrorCode } from '../shared/errors'

/** 0 done, 1 failed, 2 usage error, 3 goal not met, 130 interrupted (128 + SIGINT, as shells expect). */
export const exitCodes = { done: 0, failed: 1, wrongCall: 2, goalNotMet: 3, interrupted: 130 } as const

const byError: Partial<Record<ErrorCode, number>> = {
  wrongCall: exitCodes.wrongCall,
  goalNotMet: exitCodes.goalNotMet,
  cancelled: exitCodes.interrupted,
}

export const exitCodeOf = (code: ErrorCode): number => byError[code] ?? exitCodes.failed
