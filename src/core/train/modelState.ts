import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import { add, div, isFinite, mul, reshape, sub, tensor1d, tidy, tile, where, zeros } from '@tensorflow/tfjs-core'
import type { Executor, TrainStep } from '../execute/executor'
import { createExecutor } from '../execute/executor'
import { withParameters } from '../execute/parameters'
import type { ExecutorParameter } from '../execute/parameters'
import type { Graph } from '../graph/graph'
import { floatTensor } from '../graph/tensorData'
import type { TrainConfig } from './config'
import { flatSpec, flattenArrays, flattenConstants, flattenTensors, splitArray, splitTensor } from './flat'
import type { FlatSpec } from './flat'
import { areFinite, lossScaleStart, movedLossScale, packLossScale, scaleOf } from './lossScale'
import { optimizers } from './optimizers/index'
import { vectorNames } from './snapshot'

/** Share of the batch in running statistics, as PyTorch's BatchNorm momentum. */
const statisticsMomentum = 0.1

export interface StateUpdate extends Pick<TrainStep, 'gradients' | 'statistics'> {
  readonly learningRate: number
  readonly step: number
  /** Only these parameters change; all when absent. */
  readonly trains: ReadonlySet<string> | undefined
  /** Where the loss is read late: it as a scalar on the device. Nothing changes if it is not finite. */
  readonly guard?: Tensor | undefined
}

const isQuantization = (role: ExecutorParameter['role']): boolean => role === 'quantScale' || role === 'quantZeroPoint'

type Vectors = Readonly<Record<string, Float32Array>>

/** The tensors that training changes, each kind one flat vector (ADR 4). */
export interface ModelState {
  /** Parameters by name for the executor; they belong to the state. */
  tensors(): ReadonlyMap<string, Tensor>
  /** The averaged parameters where averaging is on, else the current ones. */
  evaluationTensors(): ReadonlyMap<string, Tensor>
  update(update: StateUpdate): void
  /** State of the loss scale (lossScale.ts), where there is one; it belongs to the model's. */
  lossScale(): Tensor1D | undefined
  vectors(): Promise<Vectors>
  /**
   * Of a snapshot's parameters that are not finite, the last in the order of the graph: gradients run backwards, so that one that is not finite spoils
   * its own layer and those before it.
   */
  lastNonFinite(vectors: Vectors): string | undefined
  restore(vectors: Vectors): void
  /** A graph with the weights and quantization parameters of a snapshot's vectors: the averaged ones where averaging is on. */
  graphOf(graph: Graph, vectors: Vectors): Graph
  /** A snapshot's vectors with other scales and zero points. */
  withQuantization(graph: Graph, vectors: Vectors, qparams: Graph['qparams']): Vectors
  dispose(): void
}

export interface ModelStateOptions {
  readonly learnScales: boolean
  /** Gradients come multiplied by a loss scale, which is part of the state. */
  readonly scalesLoss: boolean
}

export function createModelState(
  graph: Graph,
  executor: Executor,
  config: TrainConfig,
  options: ModelStateOptions,
): ModelState {
  return new FlatModelState(graph, executor, config, options)
}

class FlatModelState implements ModelState {
  private readonly spec: FlatSpec
  private readonly statisticsSpec: FlatSpec
  private readonly quantizationSpec: FlatSpec
  private readonly vector = new Map<string, Tensor1D>()
  private readonly decay: Tensor1D
  private readonly mask: Tensor1D | undefined
  private byName: Map<string, Tensor> | undefined
  private averagedByName: Map<string, Tensor> | undefined
  private chosen: { readonly trains: ReadonlySet<string>; readonly vector: Tensor1D } | undefined

  constructor(
    graph: Graph,
    private readonly executor: Executor,
    private readonly config: TrainConfig,
    private readonly options: ModelStateOptions,
  ) {
    const isStatistic = (role: string): boolean => role === 'mean' || role === 'variance'
    const isConstant = ({ role, trainable }: ExecutorParameter): boolean => isQuantization(role) && !trainable
    this.spec = flatSpec(
      executor.parameters.filter((parameter) => !isStatistic(parameter.role) && !isConstant(parameter)),
    )
    this.quantizationSpec = flatSpec(executor.parameters.filter(isConstant))
    this.statisticsSpec = flatSpec(executor.parameters.filter(({ role }) => isStatistic(role)))
    // Weights decay; batch norm and biases do not (Goyal et al., 2017).
    this.decay = tensor1d(flattenConstants(this.spec, ({ role }) => (role === 'weight' ? config.weightDecay : 0)))
    this.mask = maskVector(graph, this.spec)
    this.set(vectorNames.parameters, tensor1d(flattenArrays(this.spec, executor.pack)))
    this.set(vectorNames.statistics, tensor1d(flattenArrays(this.statisticsSpec, executor.pack)))
    if (this.quantizationSpec.size > 0)
      this.set(vectorNames.quantization, tensor1d(flattenArrays(this.quantizationSpec, executor.pack)))
    for (const slot of optimizers.get(config.optimizer).slots) this.set(vectorNames.slot(slot), zeros([this.spec.size]))
    if (config.emaDecay > 0) this.startAverages()
    if (options.scalesLoss) this.set(vectorNames.lossScale, tensor1d(packLossScale(lossScaleStart)))
  }

  lossScale(): Tensor1D | undefined {
    return this.vector.get(vectorNames.lossScale)
  }

  tensors(): ReadonlyMap<string, Tensor> {
    this.byName ??= this.split(vectorNames.parameters, vectorNames.statistics)
    return this.byName
  }

  evaluationTensors(): ReadonlyMap<string, Tensor> {
    if (this.config.emaDecay === 0) return this.tensors()
    this.averagedByName ??= this.split(vectorNames.averagedParameters, vectorNames.averagedStatistics)
    return this.averagedByName
  }

  update({ gradients, statistics, learningRate, step, trains, guard }: StateUpdate): void {
    const optimizer = optimizers.get(this.config.optimizer)
    const slots = optimizer.slots.map(vectorNames.slot)
    const chosen = this.chosenBy(trains)
    const scaling = this.lossScale()
    const next = tidy(() => {
      const [parameters, given] = [this.get(vectorNames.parameters), flattenTensors(this.spec, gradients)]
      const flatGradients = scaling ? div(given, scaleOf(scaling)) : given
      const before = slots.map((name) => this.get(name))
      const result = optimizer.update(this.config.optimizerParams, {
        parameters,
        gradients: flatGradients,
        slots: before,
        learningRate,
        step,
        decay: this.decay,
      })
      const masked = this.mask ? mul(result.parameters, this.mask) : result.parameters
      // Decay alone would fill the state of frozen parameters, which would jump when they are trained again.
      const moved = {
        parameters: chooseBy(chosen, parameters, masked),
        statistics: this.movedStatistics(statistics),
        slots: result.slots.map((slot, index) => chooseBy(chosen, before[index]!, slot)),
      }
      const isSound = soundness(scaling && flatGradients, guard)
      if (!isSound) return { ...moved, scaling }
      const keptIn = (old: Tensor): Tensor => tile(isSound, [old.size])
      const keptParameters = keptIn(parameters)
      const statisticsBefore = this.get(vectorNames.statistics)
      return {
        parameters: where(keptParameters, moved.parameters, parameters),
        statistics:
          statisticsBefore.size === 0
            ? moved.statistics
            : where(keptIn(statisticsBefore), moved.statistics, statisticsBefore),
        slots: moved.slots.map((slot, index) => where(keptParameters, slot, before[index]!)),
        scaling: scaling && movedLossScale(scaling, isSound),
      }
    })
    if (next.scaling) this.set(vectorNames.lossScale, next.scaling)
    this.set(vectorNames.parameters, next.parameters as Tensor1D)
    this.set(vectorNames.statistics, next.statistics as Tensor1D)
    slots.forEach((name, index) => this.set(name, next.slots[index] as Tensor1D))
    this.forgetNames()
    if (this.config.emaDecay > 0) this.moveAverages(step)
  }

  async vectors(): Promise<Vectors> {
    return Object.fromEntries(
      await Promise.all(
        [...this.vector].map(async ([name, vector]) => [name, (await vector.data<'float32'>()).slice()] as const),
      ),
    )
  }

  lastNonFinite(vectors: Vectors): string | undefined {
    const parts = [
      ...splitArray(this.statisticsSpec, vectors[vectorNames.statistics]!),
      ...splitArray(this.spec, vectors[vectorNames.parameters]!),
    ]
    return parts.findLast(([, values]) => !values.every(Number.isFinite))?.[0]
  }

  restore(vectors: Vectors): void {
    // A run that began in another precision has no loss scale yet.
    for (const name of [...this.vector.keys()])
      if (name !== vectorNames.lossScale || name in vectors) this.set(name, tensor1d(vectors[name]!))
    this.forgetNames()
  }

  graphOf(graph: Graph, vectors: Vectors): Graph {
    const parameters = vectors[vectorNames.averagedParameters] ?? vectors[vectorNames.parameters]!
    const statistics = vectors[vectorNames.averagedStatistics] ?? vectors[vectorNames.statistics]!
    const quantization = vectors[vectorNames.quantization] ?? new Float32Array(0)
    const arrays = new Map([
      ...splitArray(this.spec, parameters),
      ...splitArray(this.statisticsSpec, statistics),
      ...splitArray(this.quantizationSpec, quantization),
    ])
    const weights = [...arrays]
      .filter(([name]) => graph.initializers.has(name))
      .map(([name, packed]) => [name, this.executor.unpack(name, packed)] as const)
    return { ...withParameters(graph, new Map(weights)), qparams: this.executor.unpackQuantization(arrays) }
  }

  withQuantization(graph: Graph, vectors: Vectors, qparams: Graph['qparams']): Vectors {
    const { pack } = createExecutor({ ...graph, qparams }, { learnScales: this.options.learnScales })
    const moved = [
      [this.spec, vectorNames.parameters],
      [this.spec, vectorNames.averagedParameters],
      [this.quantizationSpec, vectorNames.quantization],
    ] as const
    const present = moved.filter(([, name]) => name in vectors)
    return {
      ...vectors,
      ...Object.fromEntries(present.map(([spec, name]) => [name, withEntries(spec, vectors[name]!, pack)])),
    }
  }

  dispose(): void {
    this.forgetNames()
    for (const tensor of [...this.vector.values(), this.decay, this.mask, this.chosen?.vector]) tensor?.dispose()
    this.vector.clear()
  }

  /** 1 where a parameter is trained, 0 elsewhere; undefined when all are. The set is the same for a whole epoch. */
  private chosenBy(trains: ReadonlySet<string> | undefined): Tensor1D | undefined {
    if (this.chosen?.trains === trains) return this.chosen?.vector
    this.chosen?.vector.dispose()
    this.chosen = trains && {
      trains,
      vector: tensor1d(flattenConstants(this.spec, ({ name }) => (trains.has(name) ? 1 : 0))),
    }
    return this.chosen?.vector
  }

  private movedStatistics(batch: ReadonlyMap<string, Tensor>): Tensor {
    const current = this.get(vectorNames.statistics)
    if (this.statisticsSpec.size === 0) return current.clone()
    const target = flattenTensors(this.statisticsSpec, batch, this.tensors())
    return add(current, mul(sub(target, current), statisticsMomentum))
  }

  private startAverages(): void {
    this.set(vectorNames.averagedParameters, this.get(vectorNames.parameters).clone())
    this.set(vectorNames.averagedStatistics, this.get(vectorNames.statistics).clone())
  }

  /** Early averages forget faster, so that the random start does not linger (as TensorFlow's ExponentialMovingAverage). */
  private moveAverages(step: number): void {
    const decay = Math.min(this.config.emaDecay, (1 + step) / (10 + step))
    const move = (from: string, to: string): void =>
      this.set(
        to,
        tidy(() => add(mul(this.get(to), decay), mul(this.get(from), 1 - decay)) as Tensor1D),
      )
    move(vectorNames.parameters, vectorNames.averagedParameters)
    move(vectorNames.statistics, vectorNames.averagedStatistics)
  }

  private split(parameters: string, statistics: string): Map<string, Tensor> {
    const parts = [
      [this.spec, parameters],
      [this.statisticsSpec, statistics],
      [this.quantizationSpec, vectorNames.quantization],
    ] as const
    const split: Record<string, Tensor> = tidy(() =>
      Object.fromEntries(
        parts.flatMap(([spec, name]) => (spec.size > 0 ? [...splitTensor(spec, this.get(name))] : [])),
      ),
    )
    return new Map(Object.entries(split))
  }

  private get(name: string): Tensor1D {
    return this.vector.get(name) as Tensor1D
  }

  private set(name: string, vector: Tensor1D): void {
    this.vector.get(name)?.dispose()
    this.vector.set(name, vector)
  }

  private forgetNames(): void {
    for (const tensor of [...(this.byName?.values() ?? []), ...(this.averagedByName?.values() ?? [])]) tensor.dispose()
    this.byName = undefined
    this.averagedByName = undefined
  }
}

/** Whether a step may be taken, [1]: its gradients and its loss are finite, as far as they are given; undefined where neither is looked at. */
function soundness(gradients: Tensor | undefined, loss: Tensor | undefined): Tensor | undefined {
  if (gradients) return areFinite(gradients, loss)
  return loss && isFinite(reshape(loss, [1]))
}

/** `after` where `chosen` is 1, `before` where it is 0; `after` everywhere when nothing is chosen. */
const chooseBy = (chosen: Tensor | undefined, before: Tensor, after: Tensor): Tensor =>
  chosen ? add(before, mul(chosen, sub(after, before))) : after

/** A vector with other numbers for its parameters of quantization. */
function withEntries(spec: FlatSpec, vector: Float32Array, numbersOf: (name: string) => Float32Array): Float32Array {
  const changed = vector.slice()
  const parts = splitArray(spec, changed)
  for (const { name, role } of spec.entries) if (isQuantization(role)) parts.get(name)?.set(numbersOf(name))
  return changed
}

/** 0 where a pruning mask is 0, 1 elsewhere; undefined for a graph without masks. */
function maskVector(graph: Graph, spec: FlatSpec): Tensor1D | undefined {
  if (graph.masks.size === 0) return undefined
  const masks = new Map(
    [...graph.masks].map(([name, mask]) => [name, floatTensor(graph.initializers.get(name)?.shape ?? [], mask)]),
  )
  const packed = createExecutor({ ...withParameters(graph, masks), qparams: new Map() })
  const sizes = new Map(spec.entries.map(({ name, size }) => [name, size]))
  return tensor1d(
    flattenArrays(spec, (name) =>
      masks.has(name) ? packed.pack(name) : new Float32Array(sizes.get(name) ?? 0).fill(1),
    ),
  )
}
