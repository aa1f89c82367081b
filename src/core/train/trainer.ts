import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import { argMax, cast, equal, mul, sum, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core'
import { createExecutor } from '../execute/executor'
import type { Executor, LossValue, TrainStep } from '../execute/executor'
import { softmaxCrossEntropy } from '../kernels/softmaxCrossEntropy'
import { classOutput } from '../graph/graph'
import type { Graph } from '../graph/graph'
import { withMasksApplied } from '../graph/masks'
import type { TrainConfig } from './config'
import type { ImageBatch } from './imageBatch'
import { smoothLabels } from './labels'
import { learningRateAt } from './learningRate'
import { crossEntropy, distilledCrossEntropy } from './loss'
import { scaleOf } from './lossScale'
import { createModelState } from './modelState'
import { createNormalizer } from './normalizer'
import type { Normalization } from './normalizer'
import { createNonFiniteSearch } from './nonFinite'
import { createPartedStep } from './parts'
import type { Precision } from '../kernels/precision'
import type { Snapshot } from './snapshot'
import { createTeacher } from './teacher'
import type { Teacher } from './teacher'
import { outputAxis } from '../ops/nodeFacts'

/** Scalars that stay on the device until somebody reads them; the reader disposes them. */
export interface StepMetrics {
  readonly loss: Tensor
  readonly correct: Tensor
  readonly learningRate: number
  /** State of the loss scale after the step (lossScale.ts), where there is one. */
  readonly lossScale?: Tensor
  /** The loss was read at once and is not finite: the step was not taken. Where losses are read late, such a step changes nothing either. */
  readonly lost?: boolean
  /** In words, the first layer of this step with a value that is not finite. */
  readonly explain?: () => Promise<string>
}

export interface Trainer {
  readonly stepsDone: number
  readonly classes: number
  trainStep(batch: ImageBatch): StepMetrics
  /** Summed loss and hits of a batch in inference mode, on the weights that would be kept. */
  evaluate(batch: ImageBatch): Promise<{ readonly loss: number; readonly correct: number }>
  /** Trains the classifier alone, everything before it frozen with its statistics, or everything. */
  trainHeadOnly(headOnly: boolean): void
  snapshot(): Promise<Snapshot>
  /** In words, the layer whose parameters are not finite in a snapshot; undefined where all are. */
  nonFiniteIn(snapshot: Snapshot): string | undefined
  restore(snapshot: Snapshot): void
  /** The graph with the weights of a snapshot: the averaged ones where averaging is on. */
  graphOf(snapshot: Snapshot): Graph
  /** A snapshot with other quantization parameters, where they are not learned. */
  withQuantization(snapshot: Snapshot, qparams: Graph['qparams']): Snapshot
  dispose(): void
}

/** A network whose scores another one learns from. */
export interface TeacherModel {
  readonly graph: Graph
  readonly normalization: Normalization
}

export interface TrainerOptions {
  readonly teacher?: TeacherModel | undefined
  /** Quantization scales are trained as well. */
  readonly learnScales?: boolean | undefined
  /** What steps compute in; float16 trains with a loss scale. Validation is fp32 always. */
  readonly precision?: Precision | undefined
  /** The loss of every step is read before the step is taken: for backends whose results are there when a call returns. */
  readonly readsAtOnce?: boolean | undefined
  /** Called when a batch did not fit into the device's memory and is run in so many parts from now on. */
  readonly onSplit?: ((parts: number, reason: string) => void) | undefined
}

/** Trains a graph on the active tfjs backend, one step at a time. Equal seeds and batches give equal weights where the backend is deterministic. */
export function createTrainer(
  source: Graph,
  config: TrainConfig,
  stepsPerEpoch: number,
  normalization: Normalization,
  {
    teacher: teacherModel,
    learnScales = false,
    precision = 'fp32',
    readsAtOnce = false,
    onSplit = () => undefined,
  }: TrainerOptions = {},
): Trainer {
  const graph = withMasksApplied(source)
  const classes = Number(classOutput(graph).shape.at(-1))
  const head = headParameters(graph)
  const whole = createExecutor(graph, { learnScales, precision })
  const headOnlyExecutor = createExecutor(graph, { frozen: (name) => !head.has(name), learnScales, precision })
  const state = createModelState(graph, whole, config, { learnScales, scalesLoss: precision === 'float16' })
  const normalizer = createNormalizer(normalization)
  const teacher =
    teacherModel && createTeacher(teacherModel.graph, createNormalizer(teacherModel.normalization), precision)
  let executor: Executor = whole
  let stepsDone = 0
  const runPart = (batch: ImageBatch): TrainStep => {
    const images = normalizer.apply(batch)
    const targets = tensor2d(smoothLabels(batch.labels, classes, config.labelSmoothing), [batch.labels.length, classes])
    try {
      return executor.step(images, state.tensors(), (logits) =>
        scaled(lossOf(logits, targets, batch, teacher, config), state.lossScale()),
      )
    } finally {
      for (const used of [images, targets]) used.dispose()
    }
  }
  const runBatch = createPartedStep(runPart, onSplit)
  const search = createNonFiniteSearch(graph, state, normalizer)
  return {
    get stepsDone() {
      return stepsDone
    },
    classes,
    trainStep: (batch) => {
      const learningRate = learningRateAt(config, stepsDone, stepsPerEpoch)
      const result = runBatch(batch)
      const correct = countCorrect(result.logits, batch.labels)
      const lost = readsAtOnce && !Number.isFinite(result.loss.dataSync()[0])
      stepsDone++
      // A step with such a loss would leave no finite weight.
      if (!lost)
        state.update({
          ...result,
          learningRate,
          step: stepsDone,
          trains: executor === whole ? undefined : head,
          guard: readsAtOnce ? undefined : result.loss,
        })
      for (const used of [result.logits, ...result.gradients.values(), ...result.statistics.values()]) used.dispose()
      const lossScale = state.lossScale()?.clone()
      return {
        loss: result.loss,
        correct,
        learningRate,
        ...(lossScale && { lossScale }),
        lost,
        explain: () => search.inStep(executor, batch),
      }
    },
    evaluate: async (batch) => {
      const images = normalizer.apply(batch)
      const logits = whole.forward(images, state.evaluationTensors())
      const result = await scores(logits, batch.labels, classes)
      for (const used of [images, logits]) used.dispose()
      return result
    },
    trainHeadOnly: (headOnly) => void (executor = headOnly ? headOnlyExecutor : whole),
    snapshot: async () => ({ step: stepsDone, vectors: await state.vectors() }),
    nonFiniteIn: search.inSnapshot,
    restore: (snapshot) => {
      stepsDone = snapshot.step
      state.restore(snapshot.vectors)
    },
    graphOf: (snapshot) => state.graphOf(graph, snapshot.vectors),
    withQuantization: (snapshot, qparams) => ({
      ...snapshot,
      vectors: state.withQuantization(graph, snapshot.vectors, qparams),
    }),
    dispose: () => {
      for (const part of [whole, headOnlyExecutor, state, normalizer, teacher]) part?.dispose()
    },
  }
}

/** Parameters of the last node that has a weight. */
function headParameters(graph: Graph): ReadonlySet<string> {
  const last = graph.nodes.findLast((node) => outputAxis(node) !== undefined && graph.initializers.has(node.inputs[1]))
  return new Set(last?.inputs.slice(1) ?? [])
}

function lossOf(
  logits: Tensor2D,
  targets: Tensor2D,
  batch: ImageBatch,
  teacher: Teacher | undefined,
  { distillWeight, distillTemperature }: TrainConfig,
): LossValue {
  if (!teacher) return crossEntropy(logits, targets)
  const scores = teacher.logits(batch)
  const value = distilledCrossEntropy(logits, targets, scores, {
    weight: distillWeight,
    temperature: distillTemperature,
  })
  scores.dispose()
  return value
}

/** The gradients of the loss times its scale; the loss itself stays as it is. */
function scaled(value: LossValue, lossScale: Tensor1D | undefined): LossValue {
  if (!lossScale) return value
  const dLogits = tidy(() => mul(value.dLogits, scaleOf(lossScale)) as Tensor2D)
  value.dLogits.dispose()
  return { ...value, dLogits }
}

function countCorrect(logits: Tensor2D, labels: Int32Array): Tensor {
  return tidy(() => sum(cast(equal(argMax(logits, 1), tensor1d(labels, 'int32')), 'float32')))
}

async function scores(
  logits: Tensor2D,
  labels: Int32Array,
  classes: number,
): Promise<{ readonly loss: number; readonly correct: number }> {
  const targets = tensor2d(smoothLabels(labels, classes, 0), [labels.length, classes])
  const { loss, gradient } = softmaxCrossEntropy(logits, targets)
  const total = sum(loss)
  const correct = countCorrect(logits, labels)
  const [[lossSum], [hits]] = await Promise.all([total.data(), correct.data()])
  for (const used of [targets, loss, gradient, total, correct]) used.dispose()
  return { loss: lossSum, correct: hits }
}
