// The interface with hot reload against a real engine: npm run dev -- [--port 5173] [options of nnopt serve].
// Saving a file of the interface updates the page; saving one of the engine rebuilds and restarts the engine.
import { spawn, spawnSync } from 'node:child_process'
import { watch } from 'node:fs'
import { createServer as createSocket } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { createServer } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const engineSources = ['shared', 'core', 'node', 'cli'].map((folder) => join(root, 'src', folder))
/** Editors save in bursts. */
const settleMs = 200

const given = process.argv.slice(2)
const at = given.indexOf('--port')
const [, port = '5173'] = at < 0 ? [] : given.splice(at, 2)

const freePort = () =>
  new Promise((resolve) => {
    const socket = createSocket().listen(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })

const enginePort = await freePort()
const toEngine = { target: `http://127.0.0.1:${enginePort}` }
const server = await createServer({
  configFile: false,
  root: join(root, 'src', 'renderer'),
  plugins: [vue()],
  server: { port: Number(port), host: 'localhost', proxy: { '/session': toEngine, '/rpc': { ...toEngine, ws: true } } },
})
await server.listen()
const address = server.resolvedUrls.local[0]

const buildEngine = () =>
  spawnSync(process.execPath, [join(root, 'scripts', 'build-engine.mjs'), '--if-stale'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  }).status === 0

/** Starts the engine and prints the address that signs the page in. */
function startEngine() {
  const options = ['serve', '--port', String(enginePort), '--origin', new URL(address).origin, '--json', ...given]
  const child = spawn(process.execPath, [join(root, 'bin', 'nnopt.mjs'), ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NNOPT_DEV: '1' },
  })
  createInterface({ input: child.stdout }).once('line', (line) =>
    console.log(`NNOpt Studio: ${address}${new URL(JSON.parse(line).url).hash}\nPress Ctrl-C to stop.`),
  )
  return child
}

const ended = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })

let engine = startEngine()

async function restart() {
  if (!buildEngine()) return
  await ended(engine)
  engine = startEngine()
}

let timer
for (const folder of engineSources)
  watch(folder, { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void restart(), settleMs)
  })

for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    clearTimeout(timer)
    await Promise.all([ended(engine), server.close()])
    process.exit(0)
  })
