import { readFileSync } from 'node:fs'
import type { Graph } from '../../../core/graph/graph'
import type { Version } from '../../../shared/types'
import type { Store } from '../../store'

/** Costs of a graph that can be computed without running it. */
export interface GraphFacts {
  readonly params: number
  /** For one image. */
  readonly macs: number
  readonly sizeBytes: number
  readonly precision: Version['precision']
  /** Size of its file in bytes with int8 weights. */
  readonly int8Bytes: number
}

/** Reading a larger file would block everything else in the host. */
const largestFileBytes = 120 * 2 ** 20
const bytesOfFloat = 4
/**
 * An int8 weight channel has a float32 scale and an int8 zero point, and an int32 bias with its own scale and int32
 * zero point.
 */
const bytesOfChannel = 17
/** QuantizeLinear and DequantizeLinear nodes roughly double a file's size apart from its weights. */
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
    (sum, { shape }) => sum + (shape.length >= 2 ? shape[0]! : 0),
    0,
  )
  // Batch normalization has two running statistics besides its two parameters.
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

/** Facts about a version's file, read once; undefined for files too large to read alongside other work. */
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

/** Facts about a built-in architecture; undefined if its parameters are invalid. */
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
