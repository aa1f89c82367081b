// Training speed beside PyTorch's, in one interleaved run: npm run bench:train -- [--json] [--resolution 32,96,224] [--backend tensorflow,wasm] [--rounds 7] [--device cuda] [--precision bfloat16] [--report]
// --report writes docs/results/training-speed.md and its chart.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { backends, listBackends } from '../src/node/backends/index'
import { runtimeFolder } from '../src/node/userFolders'
import { installTensorflow } from '../src/node/backends/tensorflow/install'
import { halfTypes } from '../src/core/kernels/precision'
import type { Precision } from '../src/core/kernels/precision'
import { startTrainee } from './train/child'
import type { Trainee } from './train/child'
import { findPython } from './train/python'
import { rowOf } from './train/ratio'
import type { Programs } from './train/report'
import { writeReport } from './train/report'
import type { Row, Sample } from './train/ratio'
import { runTrainee } from './train/trainee'
import { atLeast } from '../src/shared/atLeast'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    resolution: { type: 'string', default: '32,96,224' },
    backend: { type: 'string', default: '' },
    batch: { type: 'string', default: '' },
    rounds: { type: 'string', default: '7' },
    device: { type: 'string', default: 'cpu' },
    precision: { type: 'string', default: 'float32' },
    trainee: { type: 'string' },
  },
})

const self = fileURLToPath(import.meta.url)
const checkout = join(self, '..', '..', '..')
const peerScript = join(checkout, 'bench', 'train', 'peer.py')
/** A round lasts about so long on either side, or one step. */
const roundSeconds = 1.5
const warmupSteps = 2
/** A backend whose first step takes longer is not warmed up further. */
const slowStepSeconds = 5
/** After so long a row ends with the rounds it has, at least so many. */
const rowSeconds = 90
const leastRounds = 3
const programs: Programs[] = []
/** PyTorch's name for it; this program says fp32. */
const precision: Precision = values.precision === 'float32' ? 'fp32' : (values.precision as Precision)
if (!['fp32', ...halfTypes].includes(precision))
  throw new Error(`--precision: expected one of float32, ${halfTypes.join(', ')}, got '${values.precision}'`)

const batchOf = (resolution: number): number => Number(values.batch) || (resolution <= 32 ? 128 : 32)

async function chosenBackends(): Promise<readonly string[]> {
  if (values.backend) return values.backend.split(',').map((id) => backends.get(id).id)
  if (!(await backends.get('tensorflow').available()).available && process.platform === 'linux') {
    process.stderr.write('installing TensorFlow …\n')
    await installTensorflow({ folder: runtimeFolder(), gpu: values.device === 'cuda', onProgress: () => undefined })
  }
  const found = await listBackends()
  for (const status of found) if (!status.available) process.stderr.write(`${status.id}: ${status.reason}\n`)
  return found.filter(({ available }) => available).map(({ id }) => id)
}

/** Steps that fill a round, after a warm-up. */
async function calibrate(trainee: Trainee): Promise<number> {
  const first = await trainee.run(1)
  if (first.seconds > slowStepSeconds) return 1
  await trainee.run(warmupSteps - 1)
  const { seconds } = await trainee.run(1)
  return Math.max(1, Math.round(roundSeconds / seconds))
}

async function compare(backend: string, resolution: number, peer: Trainee, peerSteps: number): Promise<Row> {
  const batch = batchOf(resolution)
  const ours = await startTrainee(
    process.execPath,
    [self, '--trainee', `${backend},${resolution},${batch},${precision}`],
    backends.get(backend).environment,
  )
  try {
    const steps = await calibrate(ours)
    const samples: Sample[] = []
    const startedAt = performance.now()
    const isLate = (): boolean => samples.length >= leastRounds && performance.now() - startedAt > rowSeconds * 1000
    for (let round = 0; round < Number(values.rounds) && !isLate(); round++) {
      // The order alternates, so that a drift of the machine favours neither.
      const first = round % 2 === 0 ? await peer.run(peerSteps) : undefined
      const mine = await ours.run(steps)
      samples.push({
        ours: mine,
        peer: first ?? (await peer.run(peerSteps)),
        images: steps * batch,
        peerImages: peerSteps * batch,
      })
    }
    const [mine, other] = atLeast(
      2,
      [ours, peer].map(({ ready }) => `${ready.version}, ${ready.device}`),
    )
    programs.push({ ours: mine, peer: other })
    process.stderr.write(`${resolution}×${resolution}: ${mine} beside ${other}\n`)
    return rowOf(backend, resolution, batch, samples)
  } finally {
    await ours.stop()
  }
}

async function measure(): Promise<readonly Row[]> {
  const python = findPython()
  const rows: Row[] = []
  const chosen = await chosenBackends()
  for (const resolution of values.resolution.split(',').map(Number)) {
    const peer = await startTrainee(python, [
      peerScript,
      String(resolution),
      String(batchOf(resolution)),
      String(availableParallelism()),
      values.device,
      values.precision,
    ])
    try {
      const peerSteps = await calibrate(peer)
      for (const backend of chosen) rows.push(await compare(backend, resolution, peer, peerSteps))
    } finally {
      await peer.stop()
    }
  }
  return rows
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

function lineOf({
  backend,
  resolution,
  batch,
  imagesPerSecond,
  peerImagesPerSecond,
  ratio,
  ratioInterval: [low, high],
  peakMemoryBytes,
  peerPeakMemoryBytes,
}: Row): string {
  return `${backend} ${resolution}×${resolution}, batch ${batch}: ${imagesPerSecond.toFixed(1)} img/s beside ${peerImagesPerSecond.toFixed(1)}, ratio ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}), peak ${mebibytes(peakMemoryBytes)} beside ${mebibytes(peerPeakMemoryBytes)}`
}

/** What a person wrote below the table: from the first heading of the second level on. */
function notesOf(text: string): string {
  const at = text.indexOf('\n## ')
  return at < 0 ? '' : text.slice(at)
}

if (values.trainee !== undefined) {
  const [backend, resolution, batch, precision] = atLeast(1, values.trainee.split(','))
  await runTrainee(backend, Number(resolution), Number(batch), precision as Precision)
} else {
  const rows = await measure()
  const page = join(checkout, 'docs', 'results', 'training-speed.md')
  if (values.report) writeReport(page, rows, programs, existsSync(page) ? notesOf(readFileSync(page, 'utf8')) : '')
  console.log(values.json ? JSON.stringify(rows, null, 2) : rows.map(lineOf).join('\n'))
}
