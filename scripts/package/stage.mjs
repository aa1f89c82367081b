// Lays ready what goes into a package: the shell in dist/app, which becomes the archive, and the engine in dist/engine.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { stageAddon } from './addon.mjs'
import { dist, manifest, productName, root } from './folders.mjs'
import { isNeeded } from './unneeded.mjs'

const [app, engine] = ['app', 'engine'].map((name) => join(dist, name))
/** Packages that only a checkout uses: the engine finds TensorFlow in its runtime folder. */
const notShipped = ['@tensorflow/tfjs-node-gpu', 'node-api-headers']

const npm = (args, cwd) =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  })
const isTaken = (path) => !path.endsWith('.map') && basename(path) !== 'node_modules'
const copy = (from, to) => cpSync(from, to, { recursive: true, dereference: true, filter: isTaken })
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
const without = (packages) =>
  Object.fromEntries(Object.entries(packages).filter(([name]) => !notShipped.includes(name)))

/** Empties both folders and fills them; `shell` is a folder that holds package.json and out/{main,preload,renderer}. */
export function stage(shell = root) {
  for (const folder of [app, engine]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  }
  stageShell(shell)
  stageEngine()
  stagePackages()
  stageAddon(engine)
}

/** The main process, the preload script and the interface, without any package. */
function stageShell(from) {
  for (const part of ['main', 'preload', 'renderer']) copy(join(from, 'out', part), join(app, 'out', part))
  const { name, version, description, author, homepage, license, type, main, desktopName } = JSON.parse(
    readFileSync(join(from, 'package.json'), 'utf8'),
  )
  // A shell laid elsewhere may start with a file of its own.
  if (from !== root) for (const file of filesIn(from)) copy(join(from, file), join(app, file))
  const told = { name, productName, version, description, author, homepage, license, type, main, desktopName }
  const updates = updateSource()
  writeJson(join(app, 'package.json'), { ...told, ...(updates && { updates }) })
}

/** Where the program looks for updates, and the public key (a PEM file) that it checks them with; a build without both has no such menu item. */
function updateSource() {
  const { NNOPT_UPDATE_FEED: feed, NNOPT_UPDATE_KEY: key } = process.env
  return feed && key ? { feed, publicKey: readFileSync(key, 'utf8') } : undefined
}

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

/** The engine with the command line, the bundled model and data. */
function stageEngine() {
  const { name, version, license, type, bin, engines, dependencies, optionalDependencies } = manifest
  for (const part of ['out/engine', 'out/renderer', 'bin', 'resources', 'recipes', 'LICENSE'])
    copy(join(root, part), join(engine, part))
  const packages = { dependencies, optionalDependencies: without(optionalDependencies) }
  writeJson(join(engine, 'package.json'), { name, version, license, type, private: true, bin, engines, ...packages })
}

/** Copies the packages of package.json as they are installed here, then lets npm remove what nothing shipped needs. */
function stagePackages() {
  const installed = npm(['ls', '--omit=dev', '--all', '--parseable'], root)
    .split('\n')
    .filter((path) => path.includes('node_modules'))
  for (const path of installed.sort())
    cpSync(path, join(engine, relative(root, path)), {
      recursive: true,
      dereference: true,
      filter: (source) => !relative(path, source).split(sep).includes('node_modules'),
    })
  npm(['prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--offline', '--no-package-lock'], engine)
  dropUnneeded(join(engine, 'node_modules'))
}

/** After npm, which lays a package anew where it differs from its cache. */
function dropUnneeded(modules, path = '') {
  for (const entry of readdirSync(join(modules, path), { withFileTypes: true })) {
    const name = `${path}${entry.name}${entry.isDirectory() ? '/' : ''}`
    if (!isNeeded(name)) rmSync(join(modules, name), { recursive: true })
    else if (entry.isDirectory()) dropUnneeded(modules, name)
  }
}
