import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import { keep, tensor, transpose } from '@tensorflow/tfjs-core'
import { NNOptError } from '../../shared/errors'
import type { Graph } from '../graph/graph'
import { inferShapes } from '../passes/inferShapes'
import type { TensorData } from '../graph/tensorData'
import type { Precision } from '../kernels/precision'
import { fuseActivations } from '../passes/fuseActivations'
import { fuseBias } from './fuseBias'
import { hasNative } from '../kernels/native'
import { createParameterTable } from './parameters'
import type { ExecutorParameter } from './parameters'
import { countInspectedReads, findNonFinite } from './inspect'
import type { NonFinite } from './inspect'
import { mixPrecision } from './mixedPrecision'
import { createPlan } from './plan'
import { fakeQuant } from '../fakeQuant/quantize'
import { asDeployed, createQuantizationTable } from './quantization'
import type { ConstantSlot, Plan, Step } from './plan'
import { Gradients, Slots, countReads, runBackward, runForward } from './walk'

export interface ExecutorOptions {
  /** Parameters that gradients leave alone. A batch normalization whose scale is frozen runs on its running statistics. */
  readonly frozen?: (parameter: string) => boolean
  /** Quantization scales are trained as well (LSQ). */
  readonly learnScales?: boolean
  /** What training steps compute in. */
  readonly precision?: Precision
  /** What `forward` computes in: scores that are kept are those of fp32. */
  readonly inferencePrecision?: Precision
}

/** `loss` is the scalar mean over the batch, `dLogits` [N, classes] its gradient. */
export interface LossValue {
  readonly loss: Tensor
  readonly dLogits: Tensor2D
}

/** Everything here belongs to the caller, who disposes it. */
export interface TrainStep {
  readonly loss: Tensor
  readonly logits: Tensor2D
  /** By name of trainable parameter, in the executor's layout. */
  readonly gradients: ReadonlyMap<string, Tensor>
  /** Batch mean and unbiased batch variance by name of running statistic. */
  readonly statistics: ReadonlyMap<string, Tensor>
}

/** Runs a graph on the active tfjs backend, with a fakeQuant wherever it has quantization parameters. Images are NHWC float32, already normalised. */
export interface Executor {
  /** Every float parameter in graph order: trainable ones and running statistics; then those of quantization. */
  readonly parameters: readonly ExecutorParameter[]
  /** A parameter of the graph in the executor's layout. */
  pack(name: string): Float32Array
  unpack(name: string, packed: Float32Array): TensorData
  /** The graph's quantization parameters with packed numbers in place of its own. */
  unpackQuantization(packed: ReadonlyMap<string, Float32Array>): Graph['qparams']
  /** Logits [N, classes] in inference mode; the caller disposes them. */
  forward(images: Tensor4D, parameters: ReadonlyMap<string, Tensor>): Tensor2D
  step(images: Tensor4D, parameters: ReadonlyMap<string, Tensor>, loss: (logits: Tensor2D) => LossValue): TrainStep
  /** The first layer of a training step whose parameters or output are not finite; undefined where there is none. */
  findNonFinite(images: Tensor4D, parameters: ReadonlyMap<string, Tensor>): Promise<NonFinite | undefined>
  dispose(): void
}

/** The same plan for both, but for the number formats. */
interface Prepared {
  readonly inference: { readonly plan: Plan; readonly reads: ReadonlyMap<string, number> }
  readonly training: TrainingPlan
}

interface TrainingPlan {
  readonly plan: Plan
  /** Reads by forward steps alone. */
  readonly forwardReads: ReadonlyMap<string, number>
  readonly reads: ReadonlyMap<string, number>
  readonly differentiated: ReadonlySet<Step>
  readonly wanted: ReadonlySet<string>
}

export function createExecutor(source: Graph, options: ExecutorOptions = {}): Executor {
  const graph = fuseActivations(asDeployed(source))
  const frozen = options.frozen ?? ((): boolean => false)
  const table = createParameterTable(graph, inferShapes(graph, 1), frozen)
  const quantization = createQuantizationTable(graph, options.learnScales ?? false, frozen)
  const list = [...table.list, ...quantization.list]
  const trainable = new Set(list.filter((parameter) => parameter.trainable).map((parameter) => parameter.name))
  const names = new Set(table.list.map((parameter) => parameter.name))
  const prepared = new Map<number, Prepared>()
  const constants = new Map<string, Tensor>()
  const planFor = (batch: number): Plan => {
    const plan = createPlan(graph, batch, names, quantization)
    return hasNative('biasFakeQuant') ? fuseBias(plan) : plan
  }
  const prepare = (batch: number): Prepared => {
    const known = prepared.get(batch) ?? prepareBatch(planFor(batch), trainable, options)
    prepared.set(batch, known)
    for (const slot of known.inference.plan.constants)
      if (!constants.has(slot.slot)) constants.set(slot.slot, constantTensor(graph, slot))
    return known
  }
  const borrow = (parameters: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> =>
    new Map([...constants, ...parameters])
  return {
    parameters: list,
    pack: (name) => quantization.pack(name) ?? table.pack(name),
    unpack: table.unpack,
    unpackQuantization: quantization.unpack,
    forward: (images, parameters) => {
      const { plan, reads } = prepare(images.shape[0]).inference
      return runInference(plan, new Slots(reads, borrow(parameters)), images)
    },
    step: (images, parameters, loss) => {
      const { training } = prepare(images.shape[0])
      return runTraining(training, new Slots(training.reads, borrow(parameters)), images, trainable, loss)
    },
    findNonFinite: async (images, parameters) => {
      const { plan, forwardReads } = prepare(images.shape[0]).training
      const slots = new Slots(countInspectedReads(plan, forwardReads), borrow(parameters))
      try {
        slots.set(plan.input, images.clone())
        return await findNonFinite(plan, slots, (step) => trainsOn(step, trainable), parameters)
      } finally {
        slots.dispose()
      }
    },
    dispose: () => {
      for (const constant of constants.values()) constant.dispose()
      constants.clear()
      prepared.clear()
    },
  }
}

function prepareBatch(
  plan: Plan,
  trainable: ReadonlySet<string>,
  { precision = 'fp32', inferencePrecision = 'fp32' }: ExecutorOptions,
): Prepared {
  const planIn = (wanted: Precision): Plan => (wanted === 'fp32' ? plan : mixPrecision(plan, wanted))
  const inference = planIn(inferencePrecision)
  return {
    inference: { plan: inference, reads: countReads(inference, new Set()) },
    training: prepareTraining(planIn(precision), trainable),
  }
}

function prepareTraining(plan: Plan, trainable: ReadonlySet<string>): TrainingPlan {
  const wanted = new Set(trainable)
  const differentiated = new Set<Step>()
  for (const step of plan.steps) {
    if (!step.inputs.some((slot) => slot !== undefined && wanted.has(slot))) continue
    if (!step.operator.gradient)
      throw new NNOptError(
        'unsupported',
        `node '${step.node.name}' (${step.node.op}) has no gradient, so the model cannot be trained through it`,
        { node: step.node.name },
      )
    step.outputs.forEach((slot) => wanted.add(slot))
    differentiated.add(step)
  }
  return {
    plan,
    wanted,
    differentiated,
    forwardReads: countReads(plan, new Set()),
    reads: countReads(plan, differentiated),
  }
}

function constantTensor(graph: Graph, { name, shape, channelsLast, qparams }: ConstantSlot): Tensor {
  const constant = graph.initializers.get(name) as TensorData
  const values = Float32Array.from(constant.data)
  const plain = tensor(qparams ? fakeQuant(values, constant.shape, qparams) : values, [...shape], 'float32')
  if (!channelsLast || shape.length !== 4) return keep(plain)
  const moved = keep(transpose(plain, [0, 2, 3, 1]))
  plain.dispose()
  return moved
}

function runInference(plan: Plan, slots: Slots, images: Tensor4D): Tensor2D {
  try {
    slots.set(plan.input, images.clone())
    for (const step of plan.steps) runForward(step, slots, false)
    return slots.take(plan.output) as Tensor2D
  } finally {
    slots.dispose()
  }
}

function runTraining(
  ready: TrainingPlan,
  slots: Slots,
  images: Tensor4D,
  trainable: ReadonlySet<string>,
  lossOf: (logits: Tensor2D) => LossValue,
): TrainStep {
  const { plan, differentiated, wanted } = ready
  const saved = new Map<Step, readonly Tensor[]>()
  const statistics = new Map<string, Tensor>()
  const gradients = new Gradients()
  let loss: Tensor | undefined
  try {
    slots.set(plan.input, images.clone())
    for (const step of plan.steps) {
      const made = runForward(step, slots, trainsOn(step, trainable))
      for (const [name, value] of Object.entries(made.statistics)) statistics.set(name, value)
      if (differentiated.has(step)) saved.set(step, made.saved)
      else made.saved.forEach((tensor) => tensor.dispose())
    }
    const logits = slots.require(plan.output) as Tensor2D
    const value = lossOf(logits)
    loss = value.loss
    gradients.add(plan.output, value.dLogits)
    for (const step of [...plan.steps].reverse().filter((step) => differentiated.has(step))) {
      runBackward(step, slots, saved.get(step) ?? [], gradients, wanted)
    }
    return {
      loss: value.loss,
      logits: slots.take(plan.output) as Tensor2D,
      gradients: takeGradients(gradients, trainable),
      statistics,
    }
  } catch (error) {
    // A device that ran out of memory goes on with less: nothing of the failed step may stay.
    for (const tensor of [...[...saved.values()].flat(), ...statistics.values(), loss]) tensor?.dispose()
    throw error
  } finally {
    gradients.dispose()
    slots.dispose()
  }
}

/** A step with parameters that are all frozen runs as in inference. */
function trainsOn(step: Step, trainable: ReadonlySet<string>): boolean {
  const parameters = Object.keys(step.operator.parameters ?? {}).flatMap(
    (index) => step.node.inputs[Number(index)] ?? [],
  )
  return parameters.length === 0 || parameters.some((name) => trainable.has(name))
}

function takeGradients(gradients: Gradients, trainable: ReadonlySet<string>): ReadonlyMap<string, Tensor> {
  const taken = new Map<string, Tensor>()
  for (const name of trainable) {
    const gradient = gradients.take(name)
    if (gradient) taken.set(name, gradient)
  }
  return taken
}
