// Images per second of whole training steps, one backend beside the other: node out/bench/backends.js [--batch 32] [--steps 5] [--stride 32] [--only wasm]
import { parseArgs } from 'node:util'
import { createRandom } from '../src/core/data/random'
import { architectures } from '../src/core/architectures/index'
import { trainConfig } from '../src/core/train/config'
import { createTrainer } from '../src/core/train/trainer'
import { backends, listBackends } from '../src/node/backends/index'
import { atLeast } from '../src/shared/atLeast'

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '5' },
    stride: { type: 'string', default: '32' },
    size: { type: 'string', default: '32' },
    model: { type: 'string', default: 'mobilenet-v2' },
    only: { type: 'string', default: '' },
  },
})
const [batch, steps, size, totalStride] = atLeast(
  3,
  [values.batch, values.steps, values.size, values.stride].map(Number),
)
const random = createRandom(1)
const images = Uint8Array.from({ length: batch * size * size * 3 }, () => random.integer(256))
const labels = Int32Array.from({ length: batch }, () => random.integer(10))
const graph = architectures
  .get(values.model)
  .build(values.model === 'mobilenet-v2' ? { totalStride, size } : { size }, 0)

async function measure(id: string): Promise<void> {
  const running = await backends.get(id).create()
  const trainer = createTrainer(
    graph,
    trainConfig.parse({ batchSize: batch }),
    100,
    {
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    },
    { readsAtOnce: running.readsSynchronously },
  )
  const step = (): number => {
    const { loss, correct } = trainer.trainStep({ images, labels, height: size, width: size })
    const value = loss.dataSync()[0]!
    loss.dispose()
    correct.dispose()
    return value
  }
  const first = [step(), step()][0]!
  const times: number[] = []
  const processorMs: number[] = []
  let last = first
  for (let done = 0; done < steps; done++) {
    const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()]
    last = step()
    const { user, system } = process.cpuUsage(usedBefore)
    times.push(performance.now() - startedAt)
    processorMs.push((user + system) / 1000)
  }
  const medianMs = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
  const rate = (ms: number): string => ((batch / ms) * 1000).toFixed(0)
  console.log(
    `${running.name} ${running.version}, ${running.device}: ${rate(medianMs)} img/s (best ${rate(times[0]!)}), ${medianMs.toFixed(0)} ms a step, at least ${Math.min(...processorMs).toFixed(0)} ms of processor time, loss ${first.toFixed(3)} → ${last.toFixed(3)}`,
  )
  trainer.dispose()
  running.dispose()
}

console.log(`${values.model}, ${size}×${size}, total stride ${totalStride}, batch ${batch}, ${steps} steps`)
for (const status of await listBackends()) {
  if (values.only && status.id !== values.only) continue
  if (status.available) await measure(status.id)
  else console.log(`${status.id}: ${status.reason}`)
}
