// Makes the installers of this machine's system: 'npm run package [-- --dir]'. What goes in is laid ready in dist/app and dist/engine first.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stageAddon } from './stage-addon.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [app, engine] = ['app', 'engine'].map((name) => join(root, 'dist', name))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** Packages that only a checkout uses: the engine finds TensorFlow in its runtime folder. */
const notShipped = ['@tensorflow/tfjs-node-gpu', 'node-api-headers']
const npm = (args, cwd) =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  })

const copy = (from, to) => cpSync(from, to, { recursive: true, dereference: true })
const without = (packages) =>
  Object.fromEntries(Object.entries(packages).filter(([name]) => !notShipped.includes(name)))

/** The shell: the main process, the preload script and the interface, without any package. */
function stageShell() {
  const { name, version, description, license, type, main } = manifest
  for (const part of ['main', 'preload', 'renderer']) copy(join(root, 'out', part), join(app, 'out', part))
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify(
      { name, productName: 'NNOpt Studio', version, description, author: 'NNOpt Studio', license, type, main },
      null,
      2,
    ),
  )
}

/** The engine with all that it needs at run time, the command line among it. */
function stageEngine() {
  const { name, version, license, type, bin, engines, dependencies, optionalDependencies } = manifest
  for (const part of ['out/engine', 'out/renderer', 'bin', 'resources', 'recipes', 'LICENSE'])
    copy(join(root, part), join(engine, part))
  for (const file of readdirSync(join(engine, 'out/engine')))
    if (file.endsWith('.map')) rmSync(join(engine, 'out/engine', file))
  writeFileSync(
    join(engine, 'package.json'),
    JSON.stringify(
      {
        name,
        version,
        license,
        type,
        private: true,
        bin,
        engines,
        dependencies,
        optionalDependencies: without(optionalDependencies),
      },
      null,
      2,
    ),
  )
  stagePackages()
  dropOtherPlatforms()
}

/** Copies the packages of package.json as they are installed here, then lets npm remove what nothing shipped needs. */
function stagePackages() {
  const installed = npm(['ls', '--omit=dev', '--all', '--parseable'], root)
    .split('\n')
    .filter((path) => path.includes('node_modules'))
  for (const path of installed.sort()) {
    const target = join(engine, relative(root, path))
    cpSync(path, target, {
      recursive: true,
      dereference: true,
      filter: (source) => !relative(path, source).split(/[\\/]/).includes('node_modules'),
    })
  }
  npm(['prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--offline', '--no-package-lock'], engine)
}

/** onnxruntime's package and Dawn's carry the binaries of every system. */
function dropOtherPlatforms() {
  dropOtherDawns()
  const folder = join(engine, 'node_modules', 'onnxruntime-node', 'bin')
  for (const api of readdirSync(folder)) {
    for (const system of readdirSync(join(folder, api))) {
      if (system !== process.platform) rmSync(join(folder, api, system), { recursive: true })
      else
        for (const arch of readdirSync(join(folder, api, system)))
          if (arch !== process.arch) rmSync(join(folder, api, system, arch), { recursive: true })
    }
  }
}

function dropOtherDawns() {
  const folder = join(engine, 'node_modules', 'webgpu', 'dist')
  if (!existsSync(folder)) return
  const own = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`
  for (const system of readdirSync(folder)) if (system !== own) rmSync(join(folder, system), { recursive: true })
}

if (!existsSync(join(root, 'out', 'main', 'index.js')))
  throw new Error("'out/main/index.js' is missing: run 'npm run build' first")
for (const folder of [app, engine]) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}
stageShell()
stageEngine()
stageAddon(engine)
const builder = join(dirname(createRequire(import.meta.url).resolve('electron-builder/package.json')), 'cli.js')
execFileSync(
  process.execPath,
  [builder, '--config', 'packaging/electron-builder.config.mjs', '--publish', 'never', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
