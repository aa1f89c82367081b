// Measures training on this machine's NVIDIA GPU and judges it: npm run check:gpu [-- --full]. With --full it trains the baseline at 224×224 too, for an hour or less.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const full = process.argv.includes('--full')
const workspace = join(root, 'out', 'gpu-check')
const run = (program, args) =>
  execFileSync(program, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 })
const nnopt = (...args) => run(process.execPath, ['bin/nnopt.mjs', ...args, '--workspace', workspace])
const bench = (...args) =>
  JSON.parse(
    run('npm', [
      'run',
      '--silent',
      'bench:train',
      '--',
      '--json',
      '--device',
      'cuda',
      '--backend',
      'tensorflow',
      ...args,
    ]),
  )

if (spawnSync('nvidia-smi', ['-L']).status !== 0) {
  console.log('skipped: no NVIDIA GPU here (nvidia-smi does not answer)')
  process.exit(0)
}

/** Percent of the time in which the GPU worked, while `work` runs; the first seconds start the program. */
async function utilizationDuring(work) {
  const watcher = spawn('nvidia-smi', ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits', '-l', '1'])
  const samples = []
  watcher.stdout.on('data', (text) => samples.push(...String(text).trim().split('\n').map(Number)))
  await work()
  watcher.kill()
  const busy = samples.slice(samples.findIndex((value) => value > 50)).sort((a, b) => a - b)
  return busy[Math.floor(busy.length / 2)] ?? 0
}

function finished(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['bin/nnopt.mjs', ...args, '--workspace', workspace], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`'nnopt ${args.join(' ')}' ended with ${code}`)),
    )
  })
}

/** The format that this GPU's tensor cores multiply: bfloat16 from compute capability 8, float16 from 7. */
function halfOfGpu() {
  const capability = Number.parseFloat(
    spawnSync('nvidia-smi', ['--query-gpu=compute_cap', '--format=csv,noheader'], { encoding: 'utf8' }).stdout,
  )
  if (capability >= 8) return 'bfloat16'
  return capability >= 7 ? 'float16' : undefined
}

/** Accuracy on the test split after the same short training in one precision. */
function accuracyIn(precision) {
  const name = `probe-${precision}`
  nnopt(
    'train',
    '--arch',
    'mobilenet-v2',
    '--architecture-params',
    '{"classes":10,"size":32,"totalStride":16}',
    '--dataset',
    'cifar10',
    '--epochs',
    '5',
    '--batch-size',
    '128',
    '--seed',
    '1',
    '--precision',
    precision,
    '--name',
    name,
  )
  return JSON.parse(nnopt('evaluate', name, '--dataset', 'cifar10', '--json')).accuracy
}

nnopt('runtime', 'tensorflow', '--gpu')
const half = halfOfGpu()
const float32 = bench('--resolution', '32,96,224')
const mixed = half && bench('--resolution', '32,96,224', '--precision', half)
if (!half) console.log('skipped: mixed precision (this GPU has no tensor cores: compute capability below 7)')
nnopt('dataset', 'download', 'cifar10')
const accuracies = half && { fp32: accuracyIn('fp32'), [half]: accuracyIn(half) }
const training = full
  ? ['run', 'recipes/baseline-224.yaml']
  : [
      'train',
      '--arch',
      'mobilenet-v2',
      '--architecture-params',
      '{"classes":10,"size":224}',
      '--dataset',
      'cifar10',
      '--epochs',
      '1',
      '--batch-size',
      '128',
      '--name',
      'probe',
    ]
const utilization = await utilizationDuring(() => finished(training))
const accuracy = full
  ? JSON.parse(nnopt('evaluate', 'baseline-224', '--dataset', 'cifar10', '--json')).accuracy
  : undefined
mkdirSync(join(root, 'out'), { recursive: true })
writeFileSync(
  join(root, 'out', 'gpu-check.json'),
  `${JSON.stringify({ float32, mixed, half, accuracies, utilization, accuracy }, null, 2)}\n`,
)
const tests = [
  'test/gpu',
  'test/golden/kernels.test.ts',
  'test/golden/train.test.ts',
  'test/golden/fakeQuant.test.ts',
  'test/unit/operatorGradients.test.ts',
  'test/unit/mixedPrecisionKernels.test.ts',
  'test/unit/mixedPrecisionNetworks.test.ts',
  'test/unit/mixedPrecisionTraining.test.ts',
]
process.exit(
  spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests], { cwd: root, stdio: 'inherit' })
    .status ?? 1,
)
