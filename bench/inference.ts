// Inference speed beside PyTorch, onnxruntime in Python and OpenVINO with NNCF, in one interleaved run, on the same files and images:
// Both versions are tuned first (nnopt tune): 'ours' runs in the configuration that was found, 'session' in one ordinary session of onnxruntime, 'bare' without this program.
// npm run bench:inference -- --workspace W --dataset D --fp32 VERSION --int8 VERSION [--batch 32,1] [--images 1000] [--rounds 9] [--round-ms 500] [--only a,b] [--json FILE] [--chart FILE]
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from '../src/core/measure/latency'
import { cpuInfo, cpuState } from '../src/node/inference/cpu'
import { disturbance, idleLoad } from '../src/node/inference/benchmark/machineLoad'
import { startPeer } from './inference/child'
import type { Contestant } from './inference/child'
import { startBare, startOrdinary, startTuned } from './inference/ours'
import { prepare } from './inference/prepare'
import type { Prepared } from './inference/prepare'
import { chartOf, rowsOf, tableOf } from './inference/report'
import type { Measured } from './inference/report'

const { values } = parseArgs({
  options: {
    workspace: { type: 'string', default: '' },
    dataset: { type: 'string', default: '' },
    fp32: { type: 'string', default: '' },
    int8: { type: 'string', default: '' },
    batch: { type: 'string', default: '32,1' },
    images: { type: 'string', default: '1000' },
    calibration: { type: 'string', default: '320' },
    rounds: { type: 'string', default: '9' },
    'round-ms': { type: 'string', default: '500' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    chart: { type: 'string' },
  },
})

const peers = [
  'pytorch-fp32',
  'pytorch-int8',
  'onnxruntime-fp32',
  'onnxruntime-int8',
  'openvino-fp32',
  'openvino-bf16',
  'openvino-nncf',
  'openvino-ours',
]
const roundMs = Number(values['round-ms'])
const settlingMs = 60
const threads = availableParallelism()
const script = join(fileURLToPath(import.meta.url), '..', '..', '..', 'bench', 'inference', 'peer.py')
const batches = values.batch.split(',').map(Number)

function python(): string {
  const file = join(process.env['NNOPT_PEERS'] ?? join(homedir(), '.cache', 'nnopt', 'peers'), 'bin', 'python')
  if (!existsSync(file))
    throw new Error(`'${file}' is missing: run bench/peers/setup, or name its folder by NNOPT_PEERS`)
  return file
}

async function start({ folder, fp32, int8, imageShape }: Prepared): Promise<Contestant[]> {
  const place = { testFile: join(folder, 'test.f32'), imageShape, count: Number(values.images), threads }
  const all: [string, () => Contestant | Promise<Contestant>][] = [
    ['ours-int8', () => startTuned('ours-int8', int8, place)],
    ['ours-fp32', () => startTuned('ours-fp32', fp32, place)],
    ['ours-int8-session', () => startOrdinary('ours-int8-session', int8, place)],
    ['ours-fp32-session', () => startOrdinary('ours-fp32-session', fp32, place)],
    ['bare-int8', () => startBare('bare-int8', int8, place)],
    ...peers.map((kind): [string, () => Promise<Contestant>] => [
      kind,
      () => startPeer(python(), script, kind, folder, threads),
    ]),
  ]
  const wanted = values.only.split(',').filter(Boolean)
  const started: Contestant[] = []
  for (const [name, open] of all.filter(([each]) => wanted.length === 0 || wanted.includes(each))) {
    process.stderr.write(`${name} …\n`)
    started.push(await open())
  }
  return started
}

/** Turns go round over all, in an order that changes. */
async function rounds(contestants: readonly Contestant[], batch: number): Promise<ReadonlyMap<string, number[][]>> {
  const runMs = new Map<string, number>()
  for (const each of contestants) runMs.set(each.name, median(await each.time(batch, 5, 5)))
  const times = new Map<string, number[][]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const each = contestants[(turn + round) % contestants.length]!
      const ms = runMs.get(each.name) ?? 1
      times
        .get(each.name)
        ?.push([...(await each.time(batch, Math.max(1, Math.round(roundMs / ms)), Math.ceil(settlingMs / ms)))])
    }
  }
  return times
}

const before = disturbance('before the start', await idleLoad())
const prepared = await prepare({
  workspace: values.workspace,
  dataset: values.dataset,
  fp32: values.fp32,
  int8: values.int8,
  images: Number(values.images),
  calibration: Number(values.calibration),
})
try {
  const contestants = await start(prepared)
  const predictions = new Map<string, readonly number[]>()
  for (const each of contestants) predictions.set(each.name, await each.predict())
  const timed = new Map<number, ReadonlyMap<string, number[][]>>()
  for (const batch of batches) timed.set(batch, await rounds(contestants, batch))
  for (const each of contestants) await each.stop()
  const measured = contestants.map(({ name, version }): Measured => ({
    name,
    version,
    predictions: predictions.get(name) ?? [],
    rounds: new Map(batches.map((batch) => [batch, timed.get(batch)?.get(name) ?? []])),
  }))
  const rows = rowsOf(measured, measured[0]!, prepared.labels)
  for (const warning of before) process.stderr.write(`warning: ${warning}\n`)
  console.log(tableOf(rows, batches))
  const cpu = { ...cpuInfo(), ...cpuState() }
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify(
        {
          cpu,
          threads,
          warnings: before,
          rows,
          rounds: measured.map(({ name, rounds: all }) => ({ name, ms: Object.fromEntries(all) })),
        },
        null,
        1,
      ),
    )
  if (values.chart) writeFileSync(values.chart, chartOf(rows, batches[0]!))
} finally {
  rmSync(prepared.folder, { recursive: true, force: true })
}
