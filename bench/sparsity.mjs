// What zeros and smaller networks bring on this CPU: node bench/sparsity.mjs --workspace W --dataset D --from FP32_VERSION [--prepare] [--rounds 9] [--batch 32] [--json FILE] [--table FILE]
// Versions that are missing are made first (not fine-tuned: neither speed nor size depends on it); --prepare stops there. All are then measured by one `nnopt benchmark`.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const { values } = parseArgs({
  options: {
    workspace: { type: 'string', default: '' },
    dataset: { type: 'string', default: '' },
    from: { type: 'string', default: '' },
    prepare: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    batch: { type: 'string', default: '32' },
    json: { type: 'string' },
    table: { type: 'string' },
  },
})
const nnoptFile = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'nnopt.mjs')
const nnopt = (...args) =>
  JSON.parse(
    execFileSync(process.execPath, [nnoptFile, ...args, '--workspace', values.workspace, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    }),
  )

const unstructured = (amount) => ['--method', 'l1-unstructured', '--amount', String(amount)]
const structured = (share) => ['--method', 'l1-structured', '--keep', `macs=${share}`]
const forms = [
  { id: 'dense', label: 'as it is', flags: undefined },
  { id: 'zeros50', label: '50% zeros', flags: unstructured(0.5) },
  { id: 'zeros70', label: '70% zeros', flags: unstructured(0.7) },
  { id: 'zeros90', label: '90% zeros', flags: unstructured(0.9) },
  { id: 'nm24', label: '2 of every 4 weights', flags: ['--method', 'l1-unstructured', '--nm', '2:4'] },
  { id: 'macs50', label: 'channels removed, half of the operations', flags: [...structured(0.5), '--round-to', '16'] },
  { id: 'macs50odd', label: 'the same, counts not rounded', flags: [...structured(0.5), '--round-to', '1'] },
  { id: 'macs50filled', label: 'the same, filled with zero channels', filled: 'macs50odd' },
]
const float = ({ id, flags, filled }) => (flags || filled ? `sparsity-${id}` : values.from)
const int8 = ({ id }) => `sparsity-${id}-int8`

const known = new Set(nnopt('versions').map(({ version, name }) => name ?? version.name))
const folder = mkdtempSync(join(tmpdir(), 'nnopt-sparsity-'))
function importFilled(from, name) {
  const file = join(folder, 'filled.onnx')
  nnopt('export', from, '--pad-channels', '--out', file)
  nnopt('import', file, '--name', name)
  rmSync(file)
}
for (const form of forms) {
  if (form.filled) {
    for (const nameOf of [float, int8])
      if (!known.has(nameOf(form))) importFilled(nameOf({ ...form, id: form.filled }), nameOf(form))
    continue
  }
  if (!known.has(float(form)))
    nnopt('prune', values.from, ...form.flags, '--statistics-samples', '0', '--name', float(form))
  if (!known.has(int8(form)))
    nnopt(
      'quantize',
      float(form),
      '--dataset',
      values.dataset,
      '--name',
      int8(form),
      '--calibration-samples',
      '16',
      '--no-equalization',
      '--no-bias-correction',
      '--validation-samples',
      '64',
    )
}
if (values.prepare) {
  rmSync(folder, { recursive: true })
  process.exit(0)
}

const names = forms.flatMap((form) => [float(form), int8(form)])
const ids = new Map(names.map((name) => [name, nnopt('show', name).id]))
const measured = nnopt('benchmark', ...names, '--batch', values.batch, '--rounds', values.rounds)
function sizes(name) {
  const file = join(folder, 'model.onnx')
  nnopt('export', name, '--out', file)
  const bytes = readFileSync(file)
  rmSync(file)
  return { bytes: bytes.length, compressed: gzipSync(bytes, { level: 9 }).length }
}
const rows = forms.flatMap((form) =>
  [float(form), int8(form)].map((name, index) => {
    const result = measured.results.find(({ id }) => id === ids.get(name))
    return {
      label: form.label,
      precision: index === 0 ? 'fp32' : 'int8',
      ...sizes(name),
      throughput: result.throughput,
      warnings: result.warnings,
    }
  }),
)
rmSync(folder, { recursive: true })

const megabytes = (bytes) => (bytes / 1e6).toFixed(2)
const dense = new Map(rows.slice(0, 2).map((row) => [row.precision, row.throughput.median]))
const table = [
  ['', '', 'MB', 'MB, gzip', `img/s, batch ${values.batch}`, '95% CI', 'speedup'],
  ['---', '---', '---', '---', '---', '---', '---'],
  ...rows.map(({ label, precision, bytes, compressed, throughput: { median, low, high } }) => [
    label,
    precision,
    megabytes(bytes),
    megabytes(compressed),
    median.toFixed(0),
    `${low.toFixed(0)} to ${high.toFixed(0)}`,
    (median / dense.get(precision)).toFixed(2),
  ]),
]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n')
console.log(table)
for (const warning of new Set(rows.flatMap(({ warnings }) => warnings))) console.error(`warning: ${warning}`)
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ cpu: measured.cpu, batch: Number(values.batch), rows }, null, 1)}\n`)
if (values.table) writeFileSync(values.table, `${table}\n`)
