import type { Tensor } from '@tensorflow/tfjs-core'
import { createExecutor } from '../execute/executor'
import type { Executor, TrainStep } from '../execute/executor'
import { classOutput } from '../graph/graph'
import type { Graph } from '../graph/graph'
import { withMasksApplied } from '../graph/masks'
import { batchLoss } from './batchLoss'
import type { TrainConfig } from './config'
import type { ImageBatch } from './imageBatch'
import { learningRateAt } from './learningRate'
import { createModelState } from './modelState'
import type { ModelState } from './modelState'
import { createNormalizer } from './normalizer'
import type { Normalization, Normalizer } from './normalizer'
import { createNonFiniteSearch } from './nonFinite'
import type { NonFiniteSearch } from './nonFinite'
import { createPartedStep } from './parts'
import type { Precision } from '../kernels/precision'
import { countCorrect, scores } from './scores'
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
export const createTrainer = (
  source: Graph,
  config: TrainConfig,
  stepsPerEpoch: number,
  normalization: Normalization,
  options: TrainerOptions = {},
): Trainer => new GraphTrainer(withMasksApplied(source), config, stepsPerEpoch, normalization, options)

class GraphTrainer implements Trainer {
  stepsDone = 0
  readonly classes: number
  private readonly head: ReadonlySet<string>
  private readonly whole: Executor
  private readonly headOnly: Executor
  private executor: Executor
  private readonly state: ModelState
  private readonly normalizer: Normalizer
  private readonly teacher: Teacher | undefined
  private readonly search: NonFiniteSearch
  private readonly runBatch: (batch: ImageBatch) => TrainStep

  constructor(
    private readonly graph: Graph,
    private readonly config: TrainConfig,
    private readonly stepsPerEpoch: number,
    normalization: Normalization,
    private readonly options: TrainerOptions,
  ) {
    const { teacher, learnScales = false, precision = 'fp32', onSplit = () => undefined } = options
    const head = headParameters(graph)
    this.head = head
    this.classes = Number(classOutput(graph).shape.at(-1))
    this.whole = createExecutor(graph, { learnScales, precision })
    this.headOnly = createExecutor(graph, { frozen: (name) => !head.has(name), learnScales, precision })
    this.executor = this.whole
    this.state = createModelState(graph, this.whole, config, { learnScales, scalesLoss: precision === 'float16' })
    this.normalizer = createNormalizer(normalization)
    this.teacher = teacher && createTeacher(teacher.graph, createNormalizer(teacher.normalization), precision)
    this.search = createNonFiniteSearch(graph, this.state, this.normalizer)
    this.runBatch = createPartedStep((batch) => this.runPart(batch), onSplit)
  }

  trainStep(batch: ImageBatch): ReturnType<Trainer['trainStep']> {
    const learningRate = learningRateAt(this.config, this.stepsDone, this.stepsPerEpoch)
    const result = this.runBatch(batch)
    const { loss } = result
    let correct: Tensor | undefined
    try {
      correct = countCorrect(result.logits, batch.labels)
      const lost = this.readsAtOnce && !Number.isFinite(loss.dataSync()[0])
      this.stepsDone++
      // A step with such a loss would leave no finite weight.
      if (!lost) this.update(result, learningRate)
      const lossScale = this.state.lossScale()?.clone()
      const explain = (): Promise<string> => this.search.inStep(this.executor, batch)
      return { loss, correct, learningRate, ...(lossScale && { lossScale }), lost, explain }
    } catch (error) {
      for (const used of [loss, correct]) used?.dispose()
      throw error
    } finally {
      for (const used of [result.logits, ...result.gradients.values(), ...result.statistics.values()]) used.dispose()
    }
  }

  async evaluate(batch: ImageBatch): ReturnType<Trainer['evaluate']> {
    const weights = this.state.evaluationTensors()
    const logits = this.normalizer.use(batch, (images) => this.whole.forward(images, weights))
    try {
      return await scores(logits, batch.labels, this.classes)
    } finally {
      logits.dispose()
    }
  }

  trainHeadOnly(headOnly: boolean): void {
    this.executor = headOnly ? this.headOnly : this.whole
  }

  async snapshot(): Promise<Snapshot> {
    return { step: this.stepsDone, vectors: await this.state.vectors() }
  }

  nonFiniteIn(snapshot: Snapshot): string | undefined {
    return this.search.inSnapshot(snapshot)
  }

  restore(snapshot: Snapshot): void {
    this.stepsDone = snapshot.step
    this.state.restore(snapshot.vectors)
  }

  graphOf(snapshot: Snapshot): Graph {
    return this.state.graphOf(this.graph, snapshot.vectors)
  }

  withQuantization(snapshot: Snapshot, qparams: Parameters<Trainer['withQuantization']>[1]): Snapshot {
    return { ...snapshot, vectors: this.state.withQuantization(this.graph, snapshot.vectors, qparams) }
  }

  dispose(): void {
    for (const part of [this.whole, this.headOnly, this.state, this.normalizer, this.teacher]) part?.dispose()
  }

  private get readsAtOnce(): boolean {
    return this.options.readsAtOnce ?? false
  }

  private runPart(batch: ImageBatch): TrainStep {
    return this.normalizer.use(batch, (images) =>
      this.executor.step(images, this.state.tensors(), (logits) =>
        batchLoss(logits, batch, this.config, { teacher: this.teacher, lossScale: this.state.lossScale() }),
      ),
    )
  }

  private update(result: TrainStep, learningRate: number): void {
    this.state.update({
      ...result,
      learningRate,
      step: this.stepsDone,
      trains: this.executor === this.whole ? undefined : this.head,
      guard: this.readsAtOnce ? undefined : result.loss,
    })
  }
}

/** Parameters of the last node that has a weight. */
function headParameters(graph: Graph): ReadonlySet<string> {
  const last = graph.nodes.findLast((node) => outputAxis(node) !== undefined && graph.initializers.has(node.inputs[1]!))
  return new Set(last?.inputs.slice(1) ?? [])
}
