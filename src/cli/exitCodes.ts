import type { ErrorCode } from '../shared/errors'

/** 0 done, 1 failed, 2 wrong call, 3 goal not met; an interrupted command ends as the shell expects (128 + SIGINT). */
export const exitCodes = { done: 0, failed: 1, wrongCall: 2, goalNotMet: 3, interrupted: 130 } as const

const byError: Partial<Record<ErrorCode, number>> = {
  wrongCall: exitCodes.wrongCall,
  goalNotMet: exitCodes.goalNotMet,
  cancelled: exitCodes.interrupted,
}

export const exitCodeOf = (code: ErrorCode): number => byError[code] ?? exitCodes.failed
