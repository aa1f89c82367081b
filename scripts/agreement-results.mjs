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

function quantized(parent, { suffix, flags }) {
  const name = `${parent}-${suffix}`
  const shared = ['--dataset', values.dataset, '--validation-samples', values.images, '--name', name]
  if (!known.has(name)) nnopt('quantize', parent, ...shared, ...flags)
  return nnopt('show', name)
}

const exactRuns = nnopt('runs').filter(({ status, recipe }) => status === 'done' && recipe.steps[0]?.exact === true)

/** With sums that no CPU cuts off, on the images on which the version was measured: of an earlier run, or a new one. */
function exactAccuracy(id) {
  const wanted = { version: id, dataset: values.dataset, split: 'val', limit: Number(values.images) }
  const isWanted = ([step]) => Object.entries(wanted).every(([name, value]) => step[name] === value)
  const earlier = exactRuns.find(({ recipe }) => isWanted(recipe.steps))?.results[0].output.evaluation
  const flags = ['--dataset', values.dataset, '--split', 'val', '--limit', values.images, '--exact']
  return (earlier ?? nnopt('evaluate', id, ...flags)).accuracy
}

const agreement = ({ top1Agreement, largestLogitDifference }) =>
  `${percent(top1Agreement)}, ${largestLogitDifference === 0 ? '0' : largestLogitDifference.toPrecision(2)}`

function paddedCells(padded) {
  if (!padded) return ['not padded', '']
  const { effect } = padded
  const accuracy = effect && `${points(effect.difference)} (${effect.differenceInterval.map(points).join(' to ')})`
  return [agreement(padded), accuracy ?? 'not compared']
}

function rowOf(parent, form, { id, quantization }) {
  const { simulatedAgreement: simulated, paddedAgreement, pairsAtRisk, validation } = quantization
  return [
    form === forms[0] ? parent : '',
    form.name,
    percent(validation.referenceAccuracy),
    percent(validation.accuracy),
    percent(exactAccuracy(id)),
    agreement(simulated),
    ...paddedCells(paddedAgreement),
    String(pairsAtRisk.atRisk),
  ]
}

const made = positionals.flatMap((parent) => forms.map((form) => ({ parent, form, shown: quantized(parent, form) })))
const rows = made.map(({ parent, form, shown }) => rowOf(parent, form, shown))
const [{ shown }] = made
const { cpu, simulatedAgreement } = shown.quantization
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
