import { NNOptError } from '../../shared/errors'
import { foldBatchNorm } from '../passes/foldBatchNorm'
import type { Graph, Node, QParams } from '../graph/graph'
import type { TensorData } from '../graph/tensorData'
import type { PtqConfig } from './config'
import { representableRange, tensorQParams } from '../fakeQuant/qparams'
import type { Range } from '../fakeQuant/range'
import { withOwnBiases } from './layers'
import { activationStatistics, exactStatistics } from './observers/distribution'
import type { TensorStatistics } from './observers/statistics'
import { withFullBiases } from '../passes/fullBiases'
import { withInt8Forms } from '../passes/int8Forms'
import { outputAxis } from '../ops/nodeFacts'
import { placement } from '../passes/quantization/placement'
import type { Placement, WeightPlace } from '../passes/quantization/placement'
import type { QConfig } from './qConfig'
import { withRoomForNames } from './roomForNames'
import { withoutSaturation } from './saturation'
import { pairsInAllOrders } from './weightPairs'
import { weightQParams } from './weightQParams'

/** A float graph ready for calibration. */
export interface Prepared {
  /** Batch normalization folded, means as pooling; the same function of the image as before. */
  readonly graph: Graph
  readonly placement: Placement
  /** Values whose statistics are needed, graph inputs among them. */
  readonly observed: readonly string[]
}

/** Folds batch normalization, gives every layer a bias of its own, takes apart what has no int8 form of its own, makes room for names, and finds the values to observe. Throws `wrongCall` for a name in `keepFp32` that no node has. */
export function prepare(source: Graph, config: Pick<PtqConfig, 'keepFp32' | 'foldBatchNorm' | 'endLayers'>): Prepared {
  const folded = withInt8Forms(config.foldBatchNorm ? foldBatchNorm(source) : source)
  const graph = withRoomForNames(withOwnBiases(withFullBiases(folded)))
  assertKnown(graph, config.keepFp32)
  const places = placement(graph, { keepFloat: keptLayers(graph, config) })
  return { graph, placement: places, observed: [...new Set(places.activations.values())] }
}

const isWeighted = (node: Node): boolean => outputAxis(node) !== undefined

/** Names of the layers that stay in float: those that were named, and the first and the last where that is the policy. */
export const keptLayers = (graph: Graph, config: Pick<PtqConfig, 'keepFp32' | 'endLayers'>): readonly string[] => [
  ...config.keepFp32,
  ...floatEnds(graph, config),
]

function floatEnds({ nodes }: Graph, { endLayers }: Pick<PtqConfig, 'endLayers'>): readonly string[] {
  const layers = nodes.filter(isWeighted).map(({ name }) => name)
  return [
    ...(endLayers === 'firstFloat' || endLayers === 'bothFloat' ? layers.slice(0, 1) : []),
    ...(endLayers === 'lastFloat' || endLayers === 'bothFloat' ? layers.slice(-1) : []),
  ]
}

function assertKnown({ name, nodes }: Graph, wanted: readonly string[]): void {
  const unknown = wanted.filter((layer) => !nodes.some((node) => node.name === layer))
  if (unknown.length === 0) return
  const layers = nodes.filter(isWeighted).map((node) => node.name)
  throw new NNOptError(
    'wrongCall',
    `model '${name}' has no layer '${unknown.join("', '")}' to keep in float: expected one of ${layers.join(', ')}`,
    { unknown },
  )
}

/** One activation in the report of a quantization. */
export interface ActivationReport {
  readonly value: string
  readonly group: string
  readonly observed: Range
  readonly covered: Range
  readonly scale: number
  readonly zeroPoint: number
}

export interface PtqReport {
  readonly activations: readonly ActivationReport[]
  readonly quantizedWeights: number
}

/** What was observed of every quantized activation, and what its integers cover. */
export function ptqReport(
  { placement: places }: Prepared,
  { qparams }: Graph,
  statistics: ReadonlyMap<string, TensorStatistics>,
): PtqReport {
  const activations = [...places.activations].map(([value, group]) =>
    activationReport(value, group, known(qparams, value), known(statistics, group)),
  )
  return { activations, quantizedWeights: places.weights.length }
}

/** The range of each observed value by the observer of activations. */
export function chosenRanges(
  observed: readonly string[],
  statistics: ReadonlyMap<string, TensorStatistics>,
  { activation: { observer, grid } }: QConfig,
): ReadonlyMap<string, Range> {
  return new Map(observed.map((value) => [value, observer.range(activationStatistics(known(statistics, value)), grid)]))
}

/** The prepared graph with parameters on every value that is quantized: what QAT starts from and what convert writes. */
export function withQParams(
  { graph, placement: places }: Prepared,
  ranges: ReadonlyMap<string, Range>,
  qConfig: QConfig,
): Graph {
  const { grid } = qConfig.activation
  const shared = new Map([...ranges].map(([group, range]) => [group, tensorQParams(range, grid)]))
  const activations = [...places.activations].map(([value, group]) => [value, known(shared, group)] as const)
  const weights = places.weights.map((place) => [place.weight, qparamsOfWeight(graph, place, qConfig)] as const)
  return { ...graph, qparams: new Map<string, QParams>([...activations, ...weights]) }
}

function qparamsOfWeight(
  graph: Graph,
  { weight, axis }: WeightPlace,
  { activation, weight: quantizer }: QConfig,
): QParams {
  const tensor = known(graph.initializers, weight)
  if (axis === undefined) return tensorQParams(exactStatistics(weight, Float32Array.from(tensor.data)), activation.grid)
  const qparams = weightQParams(weight, tensor, quantizer.granularity === 'perChannel' ? axis : undefined, quantizer)
  return quantizer.isPairAware ? pairSafe(graph, weight, tensor, qparams) : qparams
}

function pairSafe(graph: Graph, weight: string, tensor: TensorData, qparams: QParams): QParams {
  return graph.nodes
    .filter(({ inputs }) => inputs[1] === weight)
    .reduce((safe, node) => {
      const pairs = pairsInAllOrders(graph, node)
      return pairs ? withoutSaturation(tensor, safe, pairs) : safe
    }, qparams)
}

const activationReport = (value: string, group: string, qparams: QParams, { min, max }: Range): ActivationReport => ({
  value,
  group,
  observed: { min, max },
  covered: representableRange(qparams),
  scale: qparams.scale[0]!,
  zeroPoint: qparams.zeroPoint[0]!,
})

function known<T>(entries: ReadonlyMap<string, T>, name: string): T {
  const entry = entries.get(name)
  if (entry === undefined)
    throw new NNOptError(
      'internal',
      `value '${name}': expected an entry for every observed value, got ${entries.size} others`,
    )
  return entry
}
