import type { Tensor } from '@tensorflow/tfjs-core'
import type { EpochMetrics } from './events'
import { scaledStepOf } from './lossScale'
import type { StepMetrics } from './trainer'

export interface WindowMetrics extends Pick<
  EpochMetrics,
  'trainLoss' | 'trainAccuracy' | 'learningRate' | 'samplesPerSecond'
> {
  readonly samples: number
  /** Where the loss is scaled: the last step's scale, how many steps its gradients made skip, and whether one failed without a scale. */
  readonly scaling?: ScaledWindow
  /** Says where the first loss that is not finite came from; absent where all are finite. */
  readonly explain?: StepMetrics['explain']
}

export interface ScaledWindow {
  readonly lossScale: number
  readonly skippedSteps: number
  readonly failed: boolean
}

/** Adds up an epoch's metrics. Device scalars are read in one go per window, so that no step waits for its loss. */
export interface Meter {
  add(metrics: StepMetrics, samples: number): void
  /** Milliseconds since the last read. */
  sinceReadMs(): number
  /** Steps were added since the last read. */
  hasUnread(): boolean
  /** Means over the steps since the last read. */
  read(): Promise<WindowMetrics>
  total(): Omit<EpochMetrics, 'epoch'>
  /** Passes batches on and counts the time that their reader waited. */
  timeWaits<T>(batches: AsyncIterable<T>): AsyncIterable<T>
}

export function createMeter(now: () => number): Meter {
  const startedAt = now()
  const sums = { loss: 0, correct: 0, samples: 0, waitedMs: 0, learningRate: 0 }
  let pending: { readonly metrics: StepMetrics; readonly samples: number }[] = []
  let readAt = startedAt
  return {
    add: (metrics, samples) => void pending.push({ metrics, samples }),
    sinceReadMs: () => now() - readAt,
    hasUnread: () => pending.length > 0,
    read: async () => {
      const taken = pending
      pending = []
      const window = await drain(taken)
      const seconds = (now() - readAt) / 1000
      readAt = now()
      sums.loss += window.loss
      sums.correct += window.correct
      sums.samples += window.samples
      sums.learningRate = window.learningRate
      return {
        ...means(window),
        learningRate: window.learningRate,
        samplesPerSecond: window.samples / seconds,
        samples: window.samples,
        ...(window.scaling && { scaling: window.scaling }),
        ...(window.explain && { explain: window.explain }),
      }
    },
    total: () => {
      const seconds = (now() - startedAt) / 1000
      return {
        ...means(sums),
        learningRate: sums.learningRate,
        samplesPerSecond: sums.samples / seconds,
        waitedShare: sums.waitedMs / 1000 / seconds,
        seconds,
      }
    },
    timeWaits: (batches) => timeWaits(batches, now, (ms) => void (sums.waitedMs += ms)),
  }
}

interface Sums {
  readonly loss: number
  readonly correct: number
  readonly samples: number
}

const means = ({ loss, correct, samples }: Sums): { readonly trainLoss: number; readonly trainAccuracy: number } => ({
  trainLoss: loss / samples,
  trainAccuracy: correct / samples,
})

type Window = Sums & Pick<StepMetrics, 'learningRate' | 'explain'> & Pick<WindowMetrics, 'scaling'>

async function drain(pending: readonly { readonly metrics: StepMetrics; readonly samples: number }[]): Promise<Window> {
  const scalars = await Promise.all(
    pending.map(({ metrics }) => Promise.all([metrics.loss.data(), metrics.correct.data()])),
  )
  const sums = { loss: 0, correct: 0, samples: 0, learningRate: 0 }
  const scaling = await readScaling(pending.flatMap(({ metrics }) => metrics.lossScale ?? []))
  let explain: StepMetrics['explain']
  pending.forEach(({ metrics, samples }, index) => {
    const [[loss = NaN], [correct = NaN]] = scalars[index]!
    sums.loss += loss * samples
    sums.correct += correct
    sums.samples += samples
    sums.learningRate = metrics.learningRate
    if (!Number.isFinite(loss)) explain ??= metrics.explain
    metrics.loss.dispose()
    metrics.correct.dispose()
  })
  return { ...sums, ...(scaling && { scaling }), ...(explain && { explain }) }
}

async function readScaling(states: readonly Tensor[]): Promise<ScaledWindow | undefined> {
  const steps = (await Promise.all(states.map((state) => state.data()))).map(scaledStepOf)
  states.forEach((state) => state.dispose())
  const last = steps.at(-1)
  return (
    last && {
      lossScale: last.scale,
      skippedSteps: steps.filter(({ skipped }) => skipped).length,
      failed: steps.some(({ failed }) => failed),
    }
  )
}

async function* timeWaits<T>(
  batches: AsyncIterable<T>,
  now: () => number,
  onWait: (ms: number) => void,
): AsyncIterable<T> {
  const iterator = batches[Symbol.asyncIterator]()
  try {
    for (;;) {
      const askedAt = now()
      const { value, done } = await iterator.next()
      onWait(now() - askedAt)
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}
