// What a teacher costs in each precision: vite build --config vite.bench.config.ts --ssr bench/teacher.ts && node out/bench/teacher.js [--resolution 32] [--batch 128]
import { parseArgs } from 'node:util'
import { createRandom } from '../src/core/data/random'
import { architectures } from '../src/core/architectures/index'
import { createNormalizer } from '../src/core/train/normalizer'
import { createTeacher } from '../src/core/train/teacher'
import { tensorflowBackend } from '../src/node/backends/tensorflow/index'

const { values } = parseArgs({
  options: {
    resolution: { type: 'string', default: '32' },
    batch: { type: 'string', default: '128' },
    model: { type: 'string', default: 'mobilenet-v2' },
    rounds: { type: 'string', default: '9' },
  },
})
const [resolution, batch] = [Number(values.resolution), Number(values.batch)]
await tensorflowBackend.create()
const random = createRandom(1)
const images = Uint8Array.from({ length: batch * resolution * resolution * 3 }, () => random.integer(256))
const labels = new Int32Array(batch)
const precisions = ['fp32', 'bfloat16'] as const
const graph = architectures.get(values.model).build({ size: resolution }, 0)
const teachers = precisions.map((precision) =>
  createTeacher(graph, createNormalizer({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }), precision),
)
const times: number[][] = precisions.map(() => [])
for (let round = -2; round < Number(values.rounds); round++) {
  teachers.forEach((teacher, index) => {
    const startedAt = performance.now()
    const logits = teacher.logits({ images, labels, height: resolution, width: resolution })
    logits.dataSync()
    logits.dispose()
    if (round >= 0) times[index]!.push(performance.now() - startedAt)
  })
}
times.forEach((list, index) =>
  console.log(`${precisions[index]}: ${list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!.toFixed(1)} ms`),
)
