// Images per second of whole training steps by this program's trainer: node out/bench/trainer.js [--batch 128] [--steps 10] VARIANT…
import { parseArgs } from 'node:util'
import { createRandom } from '../src/core/data/random'
import { architectures } from '../src/core/architectures/index'
import { trainConfig } from '../src/core/train/config'
import { createTrainer } from '../src/core/train/trainer'
import { tensorflowBackend } from '../src/node/backends/tensorflow/index'

const variants: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'width 1, stride 32': { width: 1, totalStride: 32 },
  'width 1, stride 16': { width: 1, totalStride: 16 },
  'width 1, stride 8': { width: 1, totalStride: 8 },
  'width 1, stride 8, late': { width: 1, strides: [1, 1, 2, 1, 2, 1, 2, 1] },
  'width 0.75, stride 16': { width: 0.75, totalStride: 16 },
  'width 0.5, stride 8': { width: 0.5, totalStride: 8 },
}

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '128' },
    steps: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
  },
})
const [batch, steps] = [Number(values.batch), Number(values.steps)]
const backend = await tensorflowBackend.create()
console.log(`${backend.name} ${backend.version}, ${backend.device}, batch ${batch}`)
const random = createRandom(1)
const images = Uint8Array.from({ length: batch * 32 * 32 * 3 }, () => random.integer(256))
const labels = Int32Array.from({ length: batch }, () => random.integer(10))
for (const [name, params] of Object.entries(variants).filter(([name]) => name.includes(values.only))) {
  const graph = architectures.get('mobilenet-v2').build(params, 0)
  const trainer = createTrainer(
    graph,
    trainConfig.parse({ batchSize: batch }),
    100,
    {
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    },
    { readsAtOnce: backend.readsSynchronously },
  )
  const run = (): number => {
    const { loss, correct } = trainer.trainStep({ images, labels, height: 32, width: 32 })
    const value = loss.dataSync()[0]!
    loss.dispose()
    correct.dispose()
    return value
  }
  const losses = [run(), run()]
  const startedAt = performance.now()
  for (let step = 0; step < steps; step++) losses.push(run())
  const seconds = (performance.now() - startedAt) / 1000
  console.log(
    `${name}: ${((batch * steps) / seconds).toFixed(0)} img/s, ${((seconds / steps) * 1000).toFixed(0)} ms a step, loss ${losses[0]!.toFixed(2)} → ${losses.at(-1)?.toFixed(2)}`,
  )
  trainer.dispose()
}
