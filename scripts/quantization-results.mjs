// Accuracy and speed on this CPU, a table of docs/results/quantization.md, measured by the program itself:
//   node scripts/quantization-results.mjs --dataset cifar10 --workspace DIR [--limit N] [--threads N] [--out docs/results/quantization.md] VERSION…
// The workspace holds the dataset and the fp32 versions (nnopt dataset add, nnopt import, nnopt train). Each is quantized by default and with the ladder,
// and all three are scored on the test split and timed in turns. Versions and scores that an earlier call has made are used again.
import { parseArgs } from 'node:util'
import { percent, points, tableOf, writeSection } from './results-section.mjs'
import { nnoptIn } from './run-nnopt.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string', default: 'cifar10' },
    workspace: { type: 'string' },
    limit: { type: 'string' },
    threads: { type: 'string' },
    out: { type: 'string', default: 'docs/results/quantization.md' },
  },
})
if (positionals.length === 0) throw new Error('expected the names of fp32 versions')

const nnopt = nnoptIn(values.workspace)
const known = new Set(nnopt('versions').map(({ name }) => name))
const limit = values.limit ? ['--limit', values.limit] : []
const threads = values.threads ? ['--threads', values.threads] : []

function quantized(parent, name, ...flags) {
  if (!known.has(name)) nnopt('quantize', parent, '--dataset', values.dataset, '--name', name, ...flags)
  const { quantization, sizeBytes } = nnopt('show', name)
  return { name, sizeBytes, quantization }
}

/** The newest score on the same images, or a new one. */
function scoreOf(name) {
  const wanted = values.limit ? Number(values.limit) : null
  const stored = nnopt('show', name).evaluations.find(
    ({ limit: images, evaluation }) =>
      images === wanted && evaluation.dataset === values.dataset && evaluation.split === 'test',
  )
  return stored?.evaluation ?? nnopt('evaluate', name, '--dataset', values.dataset, ...limit, ...threads)
}

function measured(names) {
  const scores = names.map((name) => scoreOf(name))
  const { results } = nnopt('benchmark', ...names, '--batch', '8', '--rounds', '6', ...threads)
  return names.map((name, index) => ({ name, score: scores[index], speed: results[index].throughput.median }))
}

/** What a reader has to know of a model: how it was made here, and why some of it runs in float. */
function notesOf(parent) {
  const { step } = nnopt('show', parent)
  const made =
    step.step === 'train'
      ? [
          `trained here for ${step.epochs} epochs of ${step.trainLimit ?? 'all'} images: for differences, not for its accuracy`,
        ]
      : []
  const { unfusedOperators, floatNodes } = nnopt('show', `${parent}-default`).quantization
  const counts = floatNodes.reduce((known, { reason }) => ({ ...known, [reason]: (known[reason] ?? 0) + 1 }), {})
  const reasons =
    unfusedOperators.length > 0
      ? [
          `In float, with conversions around them: ${Object.entries(counts)
            .map(([reason, count]) => `${count} × ${reason}`)
            .join('; ')}`,
        ]
      : []
  return made.length + reasons.length > 0 ? [`- ${parent}: ${[...made, ...reasons].join('. ')}.`] : []
}

const rows = positionals.flatMap((parent) => {
  const made = [quantized(parent, `${parent}-default`), quantized(parent, `${parent}-ladder`, '--ladder')]
  const [base, ...int8] = measured([parent, ...made.map(({ name }) => name)])
  const first = [
    parent,
    'fp32',
    (base.score.accuracy * 100).toFixed(2),
    '',
    '',
    `${(base.score.fileSizeBytes / 1e6).toFixed(2)}`,
    base.speed.toFixed(0),
    '',
    '',
    '',
  ]
  return [
    first,
    ...int8.flatMap(({ name, score, speed }, index) => {
      const exact = nnopt('evaluate', name, '--dataset', values.dataset, '--exact', ...limit, ...threads).accuracy
      const { simulatedAgreement: s, unfusedOperators, pairsAtRisk: p, rungs } = made[index].quantization
      const kept = rungs
        .filter((rung) => rung.kept && rung.rung !== 'start')
        .map(({ rung }) => rung)
        .join(', ')
      const row = [
        '',
        index === 0 ? 'PTQ default' : `PTQ ladder (${kept || 'nothing kept'})`,
        (score.accuracy * 100).toFixed(2),
        points(score.accuracy - base.score.accuracy),
        `${percent(s.top1Agreement)}, ${s.largestLogitDifference.toFixed(2)}`,
        (score.fileSizeBytes / 1e6).toFixed(2),
        speed.toFixed(0),
        (speed / base.speed).toFixed(2),
        String(unfusedOperators.length),
        `${p.atRisk} (${p.atRiskAtFullRange})`,
      ]
      return [
        row,
        ['', '– in exact mode', (exact * 100).toFixed(2), points(exact - base.score.accuracy), '', '', '', '', '', ''],
      ]
    }),
  ]
})

const [{ device, samples, split }] = [nnopt('show', positionals[0]).evaluations[0].evaluation]
const head = [
  'model',
  'version',
  'top-1, %',
  'points',
  'simulation: same class, largest difference',
  'MB',
  'img/s',
  '× fp32',
  'unfused',
  'pairs at risk (full range)',
]
const { cpu } = nnopt('show', `${positionals[0]}-default`).quantization
writeSection(
  values.out,
  `accuracy and speed on ${cpu.level}`,
  `### ${cpu.level}

${samples} ${split} images of ${values.dataset}; ${device.cpu}, ${device.runtime}, ${device.threads} threads, default session. Calibration: 320 training images. Speed: batch 8, fp32 and int8 in turns; absolute
speeds depend on what else the machine did, ratios less. Made by \`node scripts/quantization-results.mjs --dataset ${values.dataset} ${positionals.join(' ')}\`.

${tableOf(head, rows)}

${positionals.flatMap(notesOf).join('\n')}`,
)
