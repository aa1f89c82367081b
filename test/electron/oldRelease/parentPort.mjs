// Gives a plain Node child the process.parentPort of a utility process.
const ports = new Map()
const parentListeners = []
const send = (message) => process.connected && process.send(message, undefined, undefined, () => undefined)

function createPort(id) {
  const listeners = { message: [], close: [] }
  let queue = []
  const deliver = (data) => listeners.message.forEach((listener) => listener({ data, ports: [] }))
  ports.set(id, {
    receive: (data) => (queue ? queue.push(data) : deliver(data)),
    closed: () => listeners.close.forEach((listener) => listener()),
  })
  return {
    postMessage: (data) => send({ kind: 'message', id, data }),
    on: (event, listener) => void listeners[event].push(listener),
    start: () => {
      const waiting = queue ?? []
      queue = undefined
      waiting.forEach(deliver)
    },
    close: () => {
      send({ kind: 'close', id })
      ports.delete(id)
    },
  }
}

process.parentPort = {
  on: (_event, listener) => parentListeners.push(listener),
  postMessage: (data) => send({ kind: 'parent', data }),
}
process.on('message', (message) => {
  if (message.kind === 'parent') {
    const event = { data: message.data, ports: message.ids.map(createPort) }
    parentListeners.forEach((listener) => listener(event))
  }
  if (message.kind === 'message') ports.get(message.id)?.receive(message.data)
  if (message.kind === 'close') {
    ports.get(message.id)?.closed()
    ports.delete(message.id)
  }
})
process.once('disconnect', () => process.exit(0))
