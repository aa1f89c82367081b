// Training in 16 bits beside fp32, both by this program and in turns: vite build --config vite.bench.config.ts --ssr bench/precision.ts && node out/bench/precision.js [--resolution 32,96,224] [--precision bfloat16] [--rounds 7]
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Precision } from '../src/core/kernels/precision'
import { tensorflowBackend } from '../src/node/backends/tensorflow/index'
import { startTrainee } from './train/child'
import type { Trainee } from './train/child'
import { rowOf } from './train/ratio'
import type { Sample } from './train/ratio'
import { runTrainee } from './train/trainee'

const { values } = parseArgs({
  options: {
    resolution: { type: 'string', default: '32,96,224' },
    precision: { type: 'string', default: 'bfloat16' },
    rounds: { type: 'string', default: '7' },
    trainee: { type: 'string' },
  },
})
const self = fileURLToPath(import.meta.url)
/** A round lasts about so long on either side, or one step. */
const roundSeconds = 1.5

const start = (precision: string, resolution: number, batch: number): Promise<Trainee> =>
  startTrainee(
    process.execPath,
    [self, '--trainee', `${resolution},${batch},${precision}`],
    tensorflowBackend.environment,
  )

/** Steps that fill a round, after a warm-up of three. */
async function stepsOf(trainee: Trainee): Promise<number> {
  await trainee.run(2)
  const { seconds } = await trainee.run(1)
  return Math.max(1, Math.round(roundSeconds / seconds))
}

async function compare(resolution: number): Promise<void> {
  const batch = resolution <= 32 ? 128 : 32
  const pair = [await start(values.precision, resolution, batch), await start('fp32', resolution, batch)] as const
  const [steps, otherSteps] = [await stepsOf(pair[0]), await stepsOf(pair[1])]
  const samples: Sample[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const first = round % 2 === 0 ? await pair[1].run(otherSteps) : undefined
    const ours = await pair[0].run(steps)
    samples.push({
      ours,
      peer: first ?? (await pair[1].run(otherSteps)),
      images: steps * batch,
      peerImages: otherSteps * batch,
    })
  }
  for (const trainee of pair) await trainee.stop()
  const {
    imagesPerSecond,
    peerImagesPerSecond,
    ratio,
    ratioInterval: [low, high],
    peakMemoryBytes,
    peerPeakMemoryBytes,
  } = rowOf('tensorflow', resolution, batch, samples)
  const [mebi, otherMebi] = [peakMemoryBytes, peerPeakMemoryBytes].map((bytes) => (bytes / 2 ** 20).toFixed(0))
  console.log(
    `| ${resolution}×${resolution} | ${batch} | ${imagesPerSecond.toFixed(1)} | ${peerImagesPerSecond.toFixed(1)} | ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) | ${mebi} | ${otherMebi} |`,
  )
}

if (values.trainee !== undefined) {
  const [resolution, batch, precision] = values.trainee.split(',')
  await runTrainee('tensorflow', Number(resolution), Number(batch), precision as Precision)
} else {
  console.log(
    `| resolution | batch | images/s in ${values.precision} | images/s in fp32 | ratio | peak memory, MiB | in fp32 |\n| --- | --- | --- | --- | --- | --- | --- |`,
  )
  for (const resolution of values.resolution.split(',').map(Number)) await compare(resolution)
}
