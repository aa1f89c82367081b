import { floatShadow } from '../passes/floatShadow'
import type { Graph } from '../graph/graph'
import { isConversion, isQuantized } from '../graph/conversions'
import { isConvolution } from '../ops/nodeFacts'
import { imageBlock, imageReaders } from '../prune/imageChannels'

export interface OperatorTime {
  readonly op: string
  readonly calls: number
  readonly ms: number
}

export interface UnfusedNode {
  readonly name: string
  readonly op: string
}

export interface ProfileFacts {
  readonly operators: readonly OperatorTime[]
  /** Nodes of a quantized network that run in float. */
  readonly unfused: readonly UnfusedNode[]
  readonly isQuantized: boolean
}

/** Shares of the time below which nothing is said. */
const worthSaying = 0.05

/** Channels of a vector of AVX2; the blocks of onnxruntime's float convolutions are once or twice as wide. */
const vector = 8

/** What could make a network faster, from where its time goes: one sentence each, the largest share first. */
export function adviceOf(graph: Graph, { operators, unfused, isQuantized: isInt8 }: ProfileFacts): readonly string[] {
  const total = operators.reduce((sum, { ms }) => sum + ms, 0)
  const share = (chosen: (op: string) => boolean): number =>
    operators.filter(({ op }) => chosen(op)).reduce((sum, { ms }) => sum + ms, 0) / total
  const [odd, images] = [oddWidths(graph), unfilledImages(graph)]
  const [conversions, reorders] = [share((op) => isConversion({ op })), share((op) => /^Reorder|^Transpose$/.test(op))]
  const found: (readonly [number, string])[] = [
    ...(isInt8 ? floatAdvice(operators, unfused, total) : []),
    ...(isInt8 && conversions > worthSaying
      ? [
          [
            conversions,
            `${percent(conversions)} of the time is spent converting between fp32 and int8: each layer kept in fp32 needs a conversion on both sides, so keep whole regions in one precision`,
          ] as const,
        ]
      : []),
    ...(odd > 0
      ? [
          [
            isInt8 ? worthSaying : 1 - worthSaying,
            `${odd} convolutions have channel counts that do not fill vectors of ${vector}: run 'nnopt tune' to measure whether zero channels help, and 'nnopt export --pad-channels' to add them`,
          ] as const,
        ]
      : []),
    ...(images !== undefined
      ? [
          [
            worthSaying,
            `the first convolution reads images with ${images} channels, for which onnxruntime copies every window: run 'nnopt tune' to measure whether a zero channel helps, and 'nnopt export --pad-channels' to add it`,
          ] as const,
        ]
      : []),
    ...(reorders > worthSaying
      ? [
          [
            reorders,
            `${percent(reorders)} of the time is spent on layout conversions, caused by operators without a kernel for the runtime's own layout`,
          ] as const,
        ]
      : []),
    ...(!isInt8
      ? [[worthSaying, "everything runs in fp32: run 'nnopt quantize' to make an int8 version"] as const]
      : []),
  ]
  return found.sort(([first], [second]) => second - first).map(([, text]) => text)
}

function floatAdvice(
  operators: readonly OperatorTime[],
  unfused: readonly UnfusedNode[],
  total: number,
): readonly (readonly [number, string])[] {
  const names = [...new Set(unfused.map(({ op }) => op))].filter((op) => !isConversion({ op }))
  return names.flatMap((op): readonly (readonly [number, string])[] => {
    const ms = operators.find((each) => each.op === op)?.ms ?? 0
    const count = unfused.filter((node) => node.op === op).length
    return ms / total > worthSaying
      ? [
          [
            ms / total,
            `${op} (${count} times) runs in fp32 and takes ${percent(ms / total)} of the time: the runtime has no int8 kernel to fuse it into`,
          ],
        ]
      : []
  })
}

/** Convolutions whose inputs or outputs do not fill vectors; few input channels are those of images or of depthwise layers. */
function oddWidths(graph: Graph): number {
  const { nodes, initializers } = isQuantized(graph) ? (floatShadow(graph)?.graph ?? graph) : graph
  return nodes.filter((node) => {
    const [outputs = 0, perGroup = 0] = initializers.get(node.inputs[1] ?? '')?.shape ?? []
    return isConvolution(node) && (outputs % vector !== 0 || (perGroup > imageBlock && perGroup % vector !== 0))
  }).length
}

/** Channels of quantized images that the runtime's fast kernels do not read; undefined where they do, or in a float network. */
function unfilledImages(graph: Graph): number | undefined {
  const shadow = isQuantized(graph) ? floatShadow(graph) : undefined
  return shadow && imageReaders(graph, shadow)[0]?.channels
}

const percent = (value: number): string => `${(value * 100).toFixed(0)}%`
