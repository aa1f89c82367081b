// How far int8 files can be predicted on this CPU, a table of docs/results/quantization.md:
//   node scripts/agreement-results.mjs --workspace DIR [--dataset cifar10] [--images 500] [--out docs/results/quantization.md] VERSION…
// The workspace holds the dataset and the fp32 versions (nnopt dataset add, nnopt import). Each is quantized with default settings and with weights of full range,
// and measured on validation images in default sessions. Versions and scores that an earlier call has made are used again.
import { parseArgs } from 'node:util'
import { percent, points, tableOf, writeSection } from './results-section.mjs'
import { nnoptIn } from './run-nnopt.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string', default: 'cifar10' },
    images: { type: 'string', default: '500' },
    workspace: { type: 'string' },
    out: { type: 'string', default: 'docs/results/quantization.md' },
  },
})
if (positionals.length === 0) throw new Error('expected the names of fp32 versions')

const nnopt = nnoptIn(values.workspace)
const known = new Set(nnopt('versions').map(({ name }) => name))
const forms = [
  { name: 'default', suffix: 'int8', flags: [] },
  { name: 'full range', suffix: 'int8-full', flags: ['--weight-range', 'full'] },
]

function factsOf(parent, { suffix, flags }) {
  const name = `${parent}-${suffix}`
  const shared = ['--dataset', values.dataset, '--validation-samples', values.images, '--name', name]
  if (!known.has(name)) nnopt('quantize', parent, ...shared, ...flags)
  return nnopt('show', name).quantization
}

/** With sums that no CPU cuts off, on the images on which the version was measured. */
const exactAccuracy = (parent, { suffix }) =>
  nnopt(
    'evaluate',
    `${parent}-${suffix}`,
    '--dataset',
    values.dataset,
    '--split',
    'val',
    '--limit',
    values.images,
    '--exact',
  ).accuracy

const agreement = ({ top1Agreement, largestLogitDifference }) =>
  `${percent(top1Agreement)}, ${largestLogitDifference === 0 ? '0' : largestLogitDifference.toPrecision(2)}`

function paddedCells(padded) {
  if (!padded) return ['not padded', '']
  const { effect } = padded
  const accuracy = effect && `${points(effect.difference)} (${effect.differenceInterval.map(points).join(' to ')})`
  return [agreement(padded), accuracy ?? 'not compared']
}

function rowOf(parent, form) {
  const { simulatedAgreement: simulated, paddedAgreement, pairsAtRisk, validation } = factsOf(parent, form)
  return [
    form === forms[0] ? parent : '',
    form.name,
    percent(validation.referenceAccuracy),
    percent(validation.accuracy),
    percent(exactAccuracy(parent, form)),
    agreement(simulated),
    ...paddedCells(paddedAgreement),
    String(pairsAtRisk.atRisk),
  ]
}

const rows = positionals.flatMap((parent) => forms.map((form) => rowOf(parent, form)))
const { cpu, simulatedAgreement } = factsOf(positionals[0], forms[0])
const head = [
  'model',
  'weights',
  'fp32',
  'int8',
  'int8, exact sums',
  'simulation',
  'padded',
  'padded, points (95% CI)',
  'pairs at risk',
]
const arguments_ = `--dataset ${values.dataset} --images ${values.images} ${positionals.join(' ')}`
writeSection(
  values.out,
  `agreement on ${cpu.level}`,
  `### ${cpu.level}

${cpu.model}, where int8 products ${cpu.saturates ? 'saturate' : 'are exact'}; ${simulatedAgreement.images} validation images of ${values.dataset}. Made by \`node scripts/agreement-results.mjs ${arguments_}\`.

${tableOf(head, rows)}`,
)
