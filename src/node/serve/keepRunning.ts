/** A process or thread that works until it ends by itself or is ended. */
export interface Running {
  /** Says how, once it has ended. */
  readonly ended: Promise<string>
  end(): void
}

export interface Kept<T extends Running> {
  /** Undefined between an end and the next start. */
  readonly current: T | undefined
  /** How it ended last. */
  readonly lastEnd: string | undefined
  stop(): Promise<void>
}

/** Milliseconds before each next start of what ended by itself. */
const restartDelaysMs = [200, 1000, 2000, 5000] as const
/** What lived so long counts as healthy again. */
const healthyAfterMs = 30_000

/** Starts it, and starts it again, later each time, whenever it ends by itself. */
export function keepRunning<T extends Running>(start: () => T, onEnd: (how: string) => void): Kept<T> {
  let current: T | undefined
  let lastEnd: string | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let isStopped = false

  const launch = (): void => {
    const startedAt = Date.now()
    const running = start()
    current = running
    void running.ended.then((how) => {
      ;[current, lastEnd] = [undefined, how]
      if (isStopped) return
      onEnd(how)
      failures = Date.now() - startedAt > healthyAfterMs ? 0 : failures + 1
      timer = setTimeout(launch, restartDelaysMs[Math.min(Math.max(0, failures - 1), restartDelaysMs.length - 1)])
    })
  }
  launch()
  return {
    get current() {
      return current
    },
    get lastEnd() {
      return lastEnd
    },
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      current?.end()
      await current?.ended
    },
  }
}
