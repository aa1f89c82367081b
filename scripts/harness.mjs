// Bundles one harness of test/harness and runs it: node scripts/harness.mjs <name> [options]. They run on the Node that the product runs on.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, runnerImport } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [name, ...args] = process.argv.slice(2)

function run(...command) {
  const { status, signal } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(signal ? 1 : status)
}

run(join(root, 'scripts', 'build-engine.mjs'), '--if-stale')
await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  build: {
    ssr: join('test', 'harness', `${name}.ts`),
    target: 'node22',
    outDir: join('out', 'harness'),
    emptyOutDir: false,
    sourcemap: true,
    rollupOptions: { output: { codeSplitting: false } },
  },
})
const {
  module: { instructionLevel },
} = await runnerImport(join(root, 'src', 'node', 'inference', 'cpu.ts'))
console.log(
  `CPU: ${instructionLevel()}, Node ${process.versions.node}, ${new Date().toISOString()}: ${name} ${args.join(' ')}`,
)
run('--enable-source-maps', join(root, 'out', 'harness', `${name}.js`), ...args)
