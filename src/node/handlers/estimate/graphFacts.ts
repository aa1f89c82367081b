import { readFileSync } from 'node:fs'
import type { Graph } from '../../../core/graph/graph'
import type { Version } from '../../../shared/types'
import type { Store } from '../../store'

/** What a graph costs, as far as it can be computed without running it. */
export interface GraphFacts {
  readonly params: number
  /** For one image. */
  readonly macs: number
  readonly sizeBytes: number
  readonly precision: Version['precision']
  /** Bytes of its file when the weights are int8. */
  readonly int8Bytes: number
}

/** Reading a larger file would hold up everything else that the host does. */
const largestFileBytes = 120 * 2 ** 20
const bytesOfFloat = 4
/** An int8 weight channel has a scale (float32) and a zero point (int8), and a bias in int32 with its own scale and zero point (int32). */
const bytesOfChannel = 17
/** Nodes of QuantizeLinear and DequantizeLinear about double what a file has besides its numbers. */
const growthOfStructure = 2

async function factsOf(
  graph: Graph,
  precision: Version['precision'],
  fileBytes: number | undefined,
): Promise<GraphFacts> {
  const [{ macs }, { parameterStatistics }] = await Promise.all([
    import('../../../core/measure/macs'),
    import('../../../core/measure/parameterStatistics'),
  ])
  const { totalParams, floatWeightParams, bnParams } = parameterStatistics(graph)
  const channels = [...graph.initializers.values()].reduce(
    (sum, { shape }) => sum + (shape.length >= 2 ? shape[0] : 0),
    0,
  )
  // Batch normalization keeps two running statistics beside its two parameters.
  const numberBytes = bytesOfFloat * (totalParams + bnParams)
  const structureBytes = Math.max(0, (fileBytes ?? numberBytes) - numberBytes)
  return {
    params: totalParams,
    macs: macs(graph),
    sizeBytes: fileBytes ?? numberBytes,
    precision,
    int8Bytes: floatWeightParams + bytesOfChannel * channels + growthOfStructure * structureBytes,
  }
}

const known = new Map<string, Promise<GraphFacts | undefined>>()

/** Facts of a version's file, read once; undefined for files that are too large to be read beside other work. */
export function versionFacts(
  { paths }: Store,
  { id, hash, precision, sizeBytes }: Version,
): Promise<GraphFacts | undefined> {
  const read = async (): Promise<GraphFacts | undefined> => {
    if (sizeBytes > largestFileBytes) return undefined
    const { readOnnx } = await import('../../../core/onnx/index')
    return factsOf(readOnnx(readFileSync(paths.model(id)), { fileName: 'model.onnx' }), precision, sizeBytes)
  }
  const facts = known.get(hash) ?? read()
  known.set(hash, facts)
  facts.catch(() => known.delete(hash))
  return facts
}

/** Facts of a built-in architecture; undefined when its parameters do not fit. */
export function architectureFacts(
  id: string,
  params: Readonly<Record<string, unknown>>,
): Promise<GraphFacts | undefined> {
  const key = JSON.stringify([id, params])
  const build = async (): Promise<GraphFacts | undefined> => {
    const { architectures } = await import('../../../core/architectures/index')
    if (!architectures.has(id) || !architectures.get(id).params.safeParse(params).success) return undefined
    return factsOf(architectures.get(id).build(params, 0), 'fp32', undefined)
  }
  const facts = known.get(key) ?? build()
  known.set(key, facts)
  facts.catch(() => known.delete(key))
  return facts
}
