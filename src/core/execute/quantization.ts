import type { Graph, QParams } from '../graph/graph'
import { withBiasRoom } from '../passes/quantization/biasScales'
import { superfluousClamps } from '../passes/quantization/clamps'
import { placement } from '../passes/quantization/placement'
import type { ExecutorParameter } from './parameters'

/** Where a quantized value finds its parameters, and the integers between which it is clipped. */
export interface QuantizedPlace extends Pick<QParams, 'qmin' | 'qmax'> {
  readonly scale: string
  readonly zeroPoint: string
}

/** The quantization parameters of a graph as parameters of its executor: one scale and one zero point for every value, or for all values of a group. */
export interface QuantizationTable {
  readonly list: readonly ExecutorParameter[]
  readonly learned: boolean
  place(value: string): QuantizedPlace | undefined
  /** Scales (their logarithms where they are learned) and zero points. */
  pack(name: string): Float32Array | undefined
  /** The graph's quantization parameters with packed numbers in place of its own. */
  unpack(packed: ReadonlyMap<string, Float32Array>): Graph['qparams']
}

const scaleOf = (value: string): string => `scale/${value}`
const zeroPointOf = (value: string): string => `zeroPoint/${value}`

export function createQuantizationTable(
  graph: Graph,
  learned: boolean,
  frozen: (name: string) => boolean,
): QuantizationTable {
  const owners = ownersOf(graph)
  const owned = [...new Set(owners.values())].map((owner) => [owner, graph.qparams.get(owner) as QParams] as const)
  const packed = new Map(
    owned.flatMap(
      ([owner, { scale, zeroPoint }]) =>
        [
          [scaleOf(owner), learned ? scale.map(Math.log) : scale],
          [zeroPointOf(owner), Float32Array.from(zeroPoint)],
        ] as const,
    ),
  )
  const parameter = (name: string, role: 'quantScale' | 'quantZeroPoint', size: number): ExecutorParameter => ({
    name,
    role,
    trainable: learned && role === 'quantScale' && !frozen(name),
    shape: [size],
    size,
  })
  return {
    learned,
    list: owned.flatMap(
      ([
        owner,
        {
          scale: { length },
        },
      ]) => [parameter(scaleOf(owner), 'quantScale', length), parameter(zeroPointOf(owner), 'quantZeroPoint', length)],
    ),
    place: (value) => {
      const [owner, qparams] = [owners.get(value), graph.qparams.get(value)]
      return owner === undefined || !qparams
        ? undefined
        : { scale: scaleOf(owner), zeroPoint: zeroPointOf(owner), qmin: qparams.qmin, qmax: qparams.qmax }
    },
    pack: (name) => packed.get(name),
    unpack: (arrays) =>
      new Map(
        [...graph.qparams].map(([value, qparams]) => {
          const owner = owners.get(value) ?? value
          const [scale, zeroPoint] = [arrays.get(scaleOf(owner)), arrays.get(zeroPointOf(owner))]
          return [
            value,
            {
              ...qparams,
              ...(scale && { scale: learned ? scale.map(Math.exp) : scale.slice() }),
              ...(zeroPoint && { zeroPoint: Int32Array.from(zeroPoint) }),
            },
          ]
        }),
      ),
  }
}

/** The value whose parameters each quantized value uses: that of its group, where both have the same now. */
function ownersOf({ qparams, ...rest }: Graph): ReadonlyMap<string, string> {
  const groups = placement({ ...rest, qparams }).activations
  return new Map(
    [...qparams].map(([value, own]) => {
      const group = groups.get(value) ?? value
      const shared = qparams.get(group)
      return [value, shared && isSame(own, shared) ? group : value]
    }),
  )
}

const isSame = (a: QParams, b: QParams): boolean =>
  a.qmin === b.qmin &&
  a.qmax === b.qmax &&
  a.axis === b.axis &&
  a.scale.join() === b.scale.join() &&
  a.zeroPoint.join() === b.zeroPoint.join()

/** A graph with quantization parameters as it will be deployed: without the clamps that saturation replaces, and with scales that leave room for every bias. */
export function asDeployed(source: Graph): Graph {
  if (source.qparams.size === 0) return source
  const { graph } = withBiasRoom(source)
  const clamps = superfluousClamps(graph)
  const behind = new Map([...clamps].map(({ inputs, outputs }) => [inputs[0], outputs[0]]))
  const last = (value: string): string => {
    const next = behind.get(value)
    return next === undefined ? value : last(next)
  }
  const nodes = graph.nodes
    .filter((node) => !clamps.has(node))
    .map((node) => ({ ...node, outputs: node.outputs.map(last) }))
  return { ...graph, nodes }
}
