import { createRandom } from '../../src/core/data/random'
import type { Graph } from '../../src/core/graph/graph'
import { imageInput } from '../../src/core/graph/graph'
import { architectures } from '../../src/core/architectures/index'
import { ptqConfig } from '../../src/core/quantize/config'
import type { PtqConfig } from '../../src/core/quantize/config'
import { qConfigOf } from '../../src/core/quantize/qConfig'
import { chosenRanges, prepare, withQParams } from '../../src/core/quantize/ptq'
import { calibrate } from '../../src/node/inference/calibrate'

/** Seeded images [count, 3, size, size] around zero. */
export function noise(count: number, size: number, seed = 0): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length: count * 3 * size * size }, () => random.uniform() * 4 - 2)
}

/**
 * A built-in network, untrained, with the quantization parameters that a few noise images give it. By default its weights cannot saturate, as in the
 * product: the file then computes the same on every CPU.
 */
export async function quantizedNetwork(
  architecture: string,
  params: Readonly<Record<string, unknown>>,
  { weightRange }: Partial<Pick<PtqConfig, 'weightRange'>> = {},
): Promise<Graph> {
  const config = ptqConfig.parse({ activationObserver: 'min-max', weightRange })
  const prepared = prepare(architectures.get(architecture).build(params, 3), config)
  const size = Number(imageInput(prepared.graph).shape[2])
  const batches = (async function* () {
    yield { images: noise(8, size, 1), shape: [8, 3, size, size] }
  })()
  const statistics = await calibrate(prepared.graph, prepared.observed, batches, { histogram: false, workers: 1 })
  return withQParams(prepared, chosenRanges(prepared.observed, statistics, qConfigOf(config)), qConfigOf(config))
}
