import { NNOptError } from '../../shared/errors'
import type { TrainConfig } from './config'
import type { EpochMetrics, FitEvent } from './events'
import { learningRateAt } from './learningRate'
import { createCollapseWatch } from './collapse'
import type { CollapseWatch } from './collapse'
import { createMeter } from './meter'
import type { Meter } from './meter'
import type { Snapshot } from './snapshot'
import type { ImageBatch } from './imageBatch'
import type { Trainer } from './trainer'

/** Where batches come from. The order of an epoch depends on its number and the seed alone. */
export interface TrainingData {
  readonly stepsPerEpoch: number
  trainBatches(epoch: number, firstStep: number): AsyncIterable<ImageBatch>
  /** Nothing when there is no validation split. */
  validationBatches(): AsyncIterable<ImageBatch>
}

export interface Validation {
  readonly valLoss: number
  readonly valAccuracy: number
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
  /** Scores a snapshot in place of the trainer's own validation, such as on its exported file. */
  readonly score?: (snapshot: Snapshot) => Promise<Validation | undefined>
  /** Called at the end of an epoch, before its score: what it returns, if anything, takes the snapshot's place. */
  readonly refresh?: (snapshot: Snapshot, epoch: number) => Promise<Snapshot | undefined>
}

export interface FitOptions {
  /** The start is scored and counts as a checkpoint: the result is never below it on the validation split, and a run that diverges at once ends with it instead of an error. */
  readonly keepsStart?: boolean
}

/** Epoch of the start in `best`. */
export const startEpoch = -1

export interface FitResult {
  readonly state: FitState
  /** The best snapshot by validation accuracy, or the last one where there is no validation. */
  readonly chosen: Snapshot
  readonly stopped: boolean
  /** Why training ended early; the best checkpoint was restored. */
  readonly diverged?: string
}

/** Metrics are read from the device, and events sent, at most so often. */
const eventEveryMs = 200
const checkpointEveryMs = 5 * 60_000

/**
 * Trains to the end of the configuration, from the start or from a state. Throws `diverged` when the loss is no longer finite or, with `keepsStart`, the
 * training accuracy falls to a blind guess, unless there is a best checkpoint to end with; the last checkpoint stays.
 */
export async function fit(
  trainer: Trainer,
  data: TrainingData,
  config: TrainConfig,
  hooks: FitHooks,
  from?: FitState,
  { keepsStart = false }: FitOptions = {},
): Promise<FitResult> {
  let state: FitState = from ?? { snapshot: await trainer.snapshot(), epoch: 0, stepInEpoch: 0, history: [] }
  if (from) trainer.restore(from.snapshot)
  if (keepsStart && !from) state = await scoredStart(trainer, data, hooks, state)
  const run: Run = {
    trainer,
    data,
    config,
    hooks,
    watch: createCollapseWatch(keepsStart ? state.best?.score : undefined, trainer.classes),
  }
  let stopped = false
  try {
    while (state.epoch < config.epochs && !stopped && !isExhausted(state, config)) {
      const { end, command } = await runEpoch(run, state)
      state = end
      stopped = command !== 'run'
      await hooks.onCheckpoint(state)
    }
  } catch (error) {
    if (!state.best || !(error instanceof NNOptError) || error.code !== 'diverged') throw error
    trainer.restore(state.best.snapshot)
    return { state, chosen: state.best.snapshot, stopped: false, diverged: error.message }
  }
  return { state, chosen: state.best?.snapshot ?? state.snapshot, stopped }
}

interface Run {
  readonly trainer: Trainer
  readonly data: TrainingData
  readonly config: TrainConfig
  readonly hooks: FitHooks
  readonly watch: CollapseWatch
}

/** The start as the first best checkpoint; without a validation split there is nothing to compare with. */
async function scoredStart(trainer: Trainer, data: TrainingData, hooks: FitHooks, state: FitState): Promise<FitState> {
  const validation = await validate(trainer, data, hooks, state.snapshot)
  if (!validation) return state
  hooks.onEvent({ kind: 'start', valAccuracy: validation.valAccuracy })
  const scored = { ...state, best: { epoch: startEpoch, score: validation.valAccuracy, snapshot: state.snapshot } }
  await hooks.onCheckpoint(scored)
  return scored
}

function isExhausted({ epoch, best }: FitState, { earlyStoppingPatience }: TrainConfig): boolean {
  return earlyStoppingPatience > 0 && best !== undefined && epoch - 1 - best.epoch >= earlyStoppingPatience
}

async function runEpoch(run: Run, start: FitState): Promise<{ readonly end: FitState; readonly command: Command }> {
  const { trainer, data, config, hooks } = run
  trainer.trainHeadOnly(start.epoch < config.headEpochs)
  const meter = createMeter(hooks.now)
  let stepInEpoch = start.stepInEpoch
  let command: Command = 'run'
  let checkpointedAt = hooks.now()
  const here = async (): Promise<FitState> => ({
    ...start,
    snapshot: await finiteSnapshot(run, start.epoch),
    stepInEpoch,
  })
  for await (const batch of meter.timeWaits(data.trainBatches(start.epoch, start.stepInEpoch))) {
    const metrics = trainer.trainStep(batch)
    meter.add(metrics, batch.labels.length)
    if (metrics.lost) await report(run, meter, start.epoch)
    stepInEpoch++
    const isDue = hooks.now() - checkpointedAt >= checkpointEveryMs
    // Before a checkpoint too: weights that are no longer finite must not be written over the last good ones.
    if (isDue || meter.sinceReadMs() >= eventEveryMs || stepInEpoch === data.stepsPerEpoch)
      await report(run, meter, start.epoch)
    if (isDue) {
      await hooks.onCheckpoint(await here())
      checkpointedAt = hooks.now()
    }
    command = await hooks.command()
    if (command === 'stop' && stepInEpoch < data.stepsPerEpoch) {
      if (meter.hasUnread()) await report(run, meter, start.epoch)
      return { end: await here(), command }
    }
  }
  // A batch of unreadable images alone is left out, so that the last step may come early.
  if (meter.hasUnread()) await report(run, meter, start.epoch)
  return { end: await closeEpoch(run, start, meter.total()), command }
}

async function report({ trainer, data, config, hooks, watch }: Run, meter: Meter, epoch: number): Promise<void> {
  const { samples, explain, scaling, ...window } = await meter.read()
  if (!Number.isFinite(window.trainLoss)) {
    const where = await explain?.()
    throw diverged(
      trainer,
      epoch,
      `the loss is not finite${where === undefined ? '' : `; ${where}`}`,
      window.learningRate,
    )
  }
  if (scaling?.failed)
    throw diverged(trainer, epoch, 'the gradients are not finite even without a loss scale', window.learningRate)
  watch.add(window.trainAccuracy, window.trainLoss, samples)
  if (watch.collapsed())
    throw diverged(
      trainer,
      epoch,
      `accuracy collapsed over the last ${watch.samples} training images`,
      window.learningRate,
    )
  const steps = config.epochs * data.stepsPerEpoch
  const secondsPerStep = config.batchSize / Math.max(window.samplesPerSecond, 1e-9)
  hooks.onEvent({
    kind: 'step',
    epoch,
    epochs: config.epochs,
    step: trainer.stepsDone,
    steps,
    etaSeconds: (steps - trainer.stepsDone) * secondsPerStep,
    ...window,
    ...(scaling && { lossScale: scaling.lossScale, skippedSteps: scaling.skippedSteps }),
  })
}

/** Weights that are no longer finite are never kept: a gradient alone can spoil them, while its step's loss was sound. */
async function finiteSnapshot({ trainer, config, data }: Run, epoch: number): Promise<Snapshot> {
  const snapshot = await trainer.snapshot()
  const where = trainer.nonFiniteIn(snapshot)
  if (where !== undefined)
    throw diverged(
      trainer,
      epoch,
      where,
      learningRateAt(config, Math.max(0, trainer.stepsDone - 1), data.stepsPerEpoch),
    )
  return snapshot
}

const diverged = (trainer: Trainer, epoch: number, what: string, learningRate: number): NNOptError =>
  new NNOptError(
    'diverged',
    `training diverged in epoch ${epoch + 1}, step ${trainer.stepsDone}: ${what}; reduce the learning rate (now ${learningRate.toPrecision(3)})`,
    { epoch, step: trainer.stepsDone },
  )

async function closeEpoch(run: Run, start: FitState, train: Omit<EpochMetrics, 'epoch'>): Promise<FitState> {
  const { trainer, data, hooks } = run
  const trained = await finiteSnapshot(run, start.epoch)
  const refreshed = await hooks.refresh?.(trained, start.epoch)
  if (refreshed) trainer.restore(refreshed)
  const snapshot = refreshed ? await trainer.snapshot() : trained
  const validation = await validate(trainer, data, hooks, snapshot)
  const metrics: EpochMetrics = { epoch: start.epoch, ...train, ...validation }
  hooks.onEvent({ kind: 'epoch', ...metrics })
  const score = validation?.valAccuracy
  const isBest = score !== undefined && score > (start.best?.score ?? -1)
  const best = isBest ? { epoch: start.epoch, score, snapshot } : start.best
  return {
    snapshot,
    epoch: start.epoch + 1,
    stepInEpoch: 0,
    history: [...start.history, metrics],
    ...(best && { best }),
  }
}

/** Mean loss and accuracy over the validation split. */
async function validate(
  trainer: Trainer,
  data: TrainingData,
  hooks: FitHooks,
  snapshot: Snapshot,
): Promise<Validation | undefined> {
  if (hooks.score) return hooks.score(snapshot)
  const total = { loss: 0, correct: 0, samples: 0 }
  for await (const batch of data.validationBatches()) {
    const { loss, correct } = await trainer.evaluate(batch)
    total.loss += loss
    total.correct += correct
    total.samples += batch.labels.length
  }
  return total.samples > 0
    ? { valLoss: total.loss / total.samples, valAccuracy: total.correct / total.samples }
    : undefined
}
