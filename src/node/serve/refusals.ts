import type { IncomingMessage } from 'node:http'
import type { Log } from '../log/log'
import type { Guard } from './guards'
import type { Limits } from './limits'
import { createRateLimit } from './rateLimit'

/** Whoever is turned away leaves a line in the log. */
export interface Refusals {
  note(why: string, request: IncomingMessage): void
  noteFrom(why: string, from: string): void
  /** Milliseconds until a client that came with wrong tokens may try again. */
  waitMs(request: IncomingMessage): number
  /** A token was wrong. */
  wrongToken(request: IncomingMessage): void
}

const longestText = 200

export function createRefusals(log: Pick<Log, 'warn'>, guard: Guard, limits: Limits): Refusals {
  const rate = createRateLimit(limits.wrongTokens, limits.wrongTokenEveryMs)
  const noteFrom = (why: string, from: string): void => log.warn('refused', { why: why.slice(0, longestText), from })
  return {
    noteFrom,
    note: (why, request) =>
      log.warn('refused', {
        why: why.slice(0, longestText),
        from: guard.clientOf(request),
        method: request.method,
        // Without a query: nobody's secrets belong into a log.
        path: (request.url ?? '').split('?')[0]!.slice(0, longestText),
      }),
    waitMs: (request) => rate.waitMs(guard.clientOf(request)),
    wrongToken: (request) => rate.take(guard.clientOf(request)),
  }
}
