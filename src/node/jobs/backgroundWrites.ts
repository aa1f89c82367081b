/** Writes that nobody waits for, such as metrics and progress. */
export interface BackgroundWrites {
  add(write: Promise<unknown>): void
  /** Resolves when all of them are done, failed ones too. */
  settled(): Promise<void>
  /** Rejects with the reason of the first that fails: whatever is at work then is to end. */
  readonly failed: Promise<never>
}

export function createBackgroundWrites(): BackgroundWrites {
  const open = new Set<Promise<unknown>>()
  let reject: (reason: unknown) => void = () => undefined
  const failed = new Promise<never>((_, refuse) => (reject = refuse))
  // Nobody may be listening yet.
  failed.catch(() => undefined)
  return {
    failed,
    add: (write) => {
      const done = write.catch(reject).finally(() => open.delete(done))
      open.add(done)
    },
    settled: async () => {
      while (open.size > 0) await Promise.all(open)
    },
  }
}
