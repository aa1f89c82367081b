// What a training step for quantization costs beside an fp32 step: node out/bench/qat.js [--size 224] [--batch 32] [--steps 3] [--backend tensorflow]
import { parseArgs } from 'node:util'
import { createRandom } from '../src/core/data/random'
import { ptqConfig } from '../src/core/quantize/config'
import { qConfigOf } from '../src/core/quantize/qConfig'
import { prepare, withQParams } from '../src/core/quantize/ptq'
import type { Graph } from '../src/core/graph/graph'
import { architectures } from '../src/core/architectures/index'
import { trainConfig } from '../src/core/train/config'
import { createTrainer } from '../src/core/train/trainer'
import { backends } from '../src/node/backends/index'
import { atLeast } from '../src/shared/atLeast'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '224' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'tensorflow' },
  },
})
const [size, batch, steps] = atLeast(3, [values.size, values.batch, values.steps].map(Number))
const backend = await backends.get(values.backend).create()
console.log(`${backend.name} ${backend.version}, ${backend.device}: MobileNetV2, ${size}×${size}, batch ${batch}`)
const random = createRandom(1)
const images = {
  images: Uint8Array.from({ length: batch * size * size * 3 }, () => random.integer(256)),
  labels: Int32Array.from({ length: batch }, () => random.integer(10)),
  height: size,
  width: size,
}

/** Every activation from 0 to 6, or −6 to 6: what a step costs does not depend on the ranges. */
function quantized(source: Graph): Graph {
  const config = ptqConfig.parse({})
  const prepared = prepare(source, config)
  const ranges = new Map(prepared.observed.map((value) => [value, { min: /relu|clip/i.test(value) ? 0 : -6, max: 6 }]))
  console.log(`${ranges.size} ranges of activations and ${prepared.placement.weights.length} weights on grids`)
  return withQParams(prepared, ranges, qConfigOf(config))
}

const float = architectures.get('mobilenet-v2').build({ classes: 10, size, width: 1 }, 0)
const config = trainConfig.parse({ batchSize: batch, learningRate: 1e-4, optimizer: 'adam' })
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }
const readsAtOnce = backend.readsSynchronously
const trainers = {
  fp32: createTrainer(float, config, 100, normalization, { readsAtOnce }),
  qat: createTrainer(quantized(float), config, 100, normalization, { readsAtOnce }),
  'qat, scales learned': createTrainer(quantized(float), config, 100, normalization, {
    learnScales: true,
    readsAtOnce,
  }),
}
const seconds = new Map<string, number[]>(Object.keys(trainers).map((name) => [name, []]))
// Taking turns, so that what else the machine does meets all of them alike; the first round warms up.
for (let round = 0; round <= steps; round++) {
  for (const [name, trainer] of Object.entries(trainers)) {
    const startedAt = performance.now()
    const { loss, correct } = trainer.trainStep(images)
    loss.dataSync()
    loss.dispose()
    correct.dispose()
    if (round > 0) seconds.get(name)?.push((performance.now() - startedAt) / 1000)
  }
}
const median = (name: string): number => [...(seconds.get(name) ?? [])].sort((a, b) => a - b)[Math.floor(steps / 2)]!
for (const name of Object.keys(trainers))
  console.log(
    `${name}: ${median(name).toFixed(3)} s a step, ${(batch / median(name)).toFixed(1)} img/s, ${(median(name) / median('fp32')).toFixed(2)} × fp32`,
  )
