import type { NewMetric } from '../store/tables/metrics'

/** Ten transactions a second at most, however fast a step reports. */
const flushEveryMs = 100

export interface MetricsBuffer {
  add(metric: NewMetric): void
  flush(): void
}

/** Collects metrics and hands them on in batches. */
export function createMetricsBuffer(write: (metrics: readonly NewMetric[]) => void): MetricsBuffer {
  let pending: NewMetric[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (pending.length === 0) return
    const batch = pending
    pending = []
    write(batch)
  }
  return {
    add: (metric) => {
      pending.push(metric)
      timer ??= setTimeout(flush, flushEveryMs)
    },
    flush,
  }
}

/** Lets through the first call and then one in a while, the last one included. */
export function throttle<T>(forward: (value: T) => void, everyMs: number): { (value: T): void; flush(): void } {
  let timer: NodeJS.Timeout | undefined
  let latest: { readonly value: T } | undefined
  const send = (): void => {
    timer = undefined
    if (!latest) return
    const { value } = latest
    latest = undefined
    timer = setTimeout(send, everyMs)
    forward(value)
  }
  const push = (value: T): void => {
    latest = { value }
    if (!timer) send()
  }
  return Object.assign(push, { flush: () => (clearTimeout(timer), send(), clearTimeout(timer)) })
}
