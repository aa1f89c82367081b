/** A token bucket for every key: `burst` at once, then one every `everyMs`. */
export interface RateLimit {
  /** Milliseconds to wait; 0 when there is something left. */
  waitMs(key: string): number
  take(key: string): void
}

/** Addresses that are remembered; of more, those that were seen longest ago are forgotten. */
const mostKeys = 10_000

export function createRateLimit(burst: number, everyMs: number, now: () => number = Date.now): RateLimit {
  /** When a bucket was or will be full. */
  const fullAt = new Map<string, number>()
  const capacityMs = burst * everyMs
  const waitMs = (key: string): number => Math.max(0, (fullAt.get(key) ?? 0) - now() - (capacityMs - everyMs))
  return {
    waitMs,
    take: (key) => {
      const next = Math.min(Math.max(now(), fullAt.get(key) ?? 0) + everyMs, now() + capacityMs)
      fullAt.delete(key)
      fullAt.set(key, next)
      if (fullAt.size > mostKeys) fullAt.delete(fullAt.keys().next().value ?? key)
    },
  }
}
