import { NNOptError } from '../../shared/errors'
import type { TrainConfig } from './config'
import type { EpochMetrics, FitEvent } from './events'
import { createMeter } from './meter'
import type { Snapshot } from './snapshot'
import type { ImageBatch, Trainer } from './trainer'

/** Where batches come from. The order of an epoch depends on its number and the seed alone. */
export interface TrainingData {
  readonly stepsPerEpoch: number
  trainBatches(epoch: number, firstStep: number): AsyncIterable<ImageBatch>
  /** Nothing when there is no validation split. */
  validationBatches(): AsyncIterable<ImageBatch>
}

/** A run between two steps: with it and the same data, a run goes on as if it had never stopped. */
export interface FitState {
  readonly snapshot: Snapshot
  readonly epoch: number
  readonly stepInEpoch: number
  readonly history: readonly EpochMetrics[]
  readonly best?: { readonly epoch: number; readonly score: number; readonly snapshot: Snapshot }
}

export type Command = 'run' | 'stop' | 'stopAfterEpoch'

export interface FitHooks {
  readonly onEvent: (event: FitEvent) => void
  /** Called at the end of every epoch and every few minutes, between two steps. */
  readonly onCheckpoint: (state: FitState) => Promise<void>
  /** Awaited before every step: it resolves late while the run is paused. */
  readonly command: () => Command | Promise<Command>
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

export interface FitResult {
  readonly state: FitState
  /** The best snapshot by validation accuracy, or the last one where there is no validation. */
  readonly chosen: Snapshot
  readonly stopped: boolean
}

/** Metrics are read from the device, and events sent, at most so often. */
const eventEveryMs = 200
const checkpointEveryMs = 5 * 60_000

/** Trains to the end of the configuration, from the start or from a state. Throws `diverged` when the loss is no longer finite; the last checkpoint stays. */
export async function fit(trainer: Trainer, data: TrainingData, config: TrainConfig, hooks: FitHooks, from?: FitState): Promise<FitResult> {
  let state: FitState = from ?? { snapshot: trainer.snapshot(), epoch: 0, stepInEpoch: 0, history: [] }
  if (from) trainer.restore(from.snapshot)
  let stopped = false
  while (state.epoch < config.epochs && !stopped && !isExhausted(state, config)) {
    const { end, command } = await runEpoch(trainer, data, config, hooks, state)
    state = end
    stopped = command !== 'run'
    await hooks.onCheckpoint(state)
  }
  return { state, chosen: state.best?.snapshot ?? state.snapshot, stopped }
}

function isExhausted({ epoch, best }: FitState, { earlyStoppingPatience }: TrainConfig): boolean {
  return earlyStoppingPatience > 0 && best !== undefined && epoch - 1 - best.epoch >= earlyStoppingPatience
}

async function runEpoch(trainer: Trainer, data: TrainingData, config: TrainConfig, hooks: FitHooks, start: FitState): Promise<{ readonly end: FitState; readonly command: Command }> {
  trainer.trainHeadOnly(start.epoch < config.headEpochs)
  const meter = createMeter(hooks.now)
  let stepInEpoch = start.stepInEpoch
  let command: Command = 'run'
  let checkpointedAt = hooks.now()
  const here = (): FitState => ({ ...start, snapshot: trainer.snapshot(), stepInEpoch })
  for await (const batch of meter.timeWaits(data.trainBatches(start.epoch, start.stepInEpoch))) {
    meter.add(trainer.trainStep(batch), batch.labels.length)
    stepInEpoch++
    const isDue = hooks.now() - checkpointedAt >= checkpointEveryMs
    // Before a checkpoint too: weights that are no longer finite must not be written over the last good ones.
    if (isDue || meter.sinceReadMs() >= eventEveryMs || stepInEpoch === data.stepsPerEpoch) report(meter, trainer, data, config, hooks, start.epoch)
    if (isDue) {
      await hooks.onCheckpoint(here())
      checkpointedAt = hooks.now()
    }
    command = await hooks.command()
    if (command === 'stop' && stepInEpoch < data.stepsPerEpoch) {
      if (meter.hasUnread()) report(meter, trainer, data, config, hooks, start.epoch)
      return { end: here(), command }
    }
  }
  // A batch of unreadable images alone is left out, so that the last step may come early.
  if (meter.hasUnread()) report(meter, trainer, data, config, hooks, start.epoch)
  return { end: await closeEpoch(trainer, data, hooks, start, meter.total()), command }
}

function report(meter: ReturnType<typeof createMeter>, trainer: Trainer, data: TrainingData, config: TrainConfig, hooks: FitHooks, epoch: number): void {
  const window = meter.read()
  if (!Number.isFinite(window.trainLoss)) {
    throw new NNOptError('diverged', `training diverged in epoch ${epoch + 1}, step ${trainer.stepsDone}: the loss is ${window.trainLoss}; lower the learning rate (now ${window.learningRate.toPrecision(3)})`, { epoch, step: trainer.stepsDone })
  }
  const steps = config.epochs * data.stepsPerEpoch
  const secondsPerStep = config.batchSize / Math.max(window.samplesPerSecond, 1e-9)
  hooks.onEvent({ kind: 'step', epoch, epochs: config.epochs, step: trainer.stepsDone, steps, etaSeconds: (steps - trainer.stepsDone) * secondsPerStep, ...window })
}

async function closeEpoch(trainer: Trainer, data: TrainingData, hooks: FitHooks, start: FitState, train: Omit<EpochMetrics, 'epoch'>): Promise<FitState> {
  const validation = await validate(trainer, data)
  const metrics: EpochMetrics = { epoch: start.epoch, ...train, ...validation }
  hooks.onEvent({ kind: 'epoch', ...metrics })
  const snapshot = trainer.snapshot()
  const score = validation?.valAccuracy
  const isBest = score !== undefined && score > (start.best?.score ?? -1)
  const best = isBest ? { epoch: start.epoch, score, snapshot } : start.best
  return { snapshot, epoch: start.epoch + 1, stepInEpoch: 0, history: [...start.history, metrics], ...(best && { best }) }
}

/** Mean loss and accuracy over the validation split. */
async function validate(trainer: Trainer, data: TrainingData): Promise<{ readonly valLoss: number; readonly valAccuracy: number } | undefined> {
  const total = { loss: 0, correct: 0, samples: 0 }
  for await (const batch of data.validationBatches()) {
    const { loss, correct } = trainer.evaluate(batch)
    total.loss += loss
    total.correct += correct
    total.samples += batch.labels.length
  }
  return total.samples > 0 ? { valLoss: total.loss / total.samples, valAccuracy: total.correct / total.samples } : undefined
}

