import { NNOptError } from '../../shared/errors'
import type { Closing, Message, Port } from '../../shared/rpc'
import { decodeMessage, encodeMessage } from '../../shared/wire'
import { remoteAddress } from './remote'
import { signInWith } from './session'
import { askShell } from './shell'

/** Opens a channel to the engine: the window's MessagePort in the desktop program, a WebSocket in a browser. */
export const openPort = (): Promise<Port> => (location.protocol === 'app:' ? desktopPort() : socketPort())

/** The preload script passes one port on and nothing else. */
const portMessage = 'nnopt-engine-port'

/** After so long the engine is said to be gone; the main process starts it again by then. */
const portTimeoutMs = 10_000

function desktopPort(): Promise<Port> {
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => {
      window.removeEventListener('message', receive)
      reject(new NNOptError('unavailable', 'the engine did not start'))
    }, portTimeoutMs)
    const receive = ({ data, ports, source }: MessageEvent): void => {
      if (source !== window || data !== portMessage || !ports[0]) return
      clearTimeout(giveUp)
      window.removeEventListener('message', receive)
      resolve(portOf(ports[0]))
    }
    window.addEventListener('message', receive)
    askShell('engine', remoteAddress())
  })
}

function portOf(channel: MessagePort): Port {
  let reason: string | undefined
  channel.addEventListener('message', ({ data }: MessageEvent<Message | Closing>) => {
    if ('closing' in data) reason = data.closing
  })
  channel.start()
  return {
    post: (message) => channel.postMessage(message),
    onMessage: (listener) =>
      channel.addEventListener('message', ({ data }: MessageEvent<Message | Closing>) => {
        if (!('closing' in data)) listener(data)
      }),
    onClose: (listener) => channel.addEventListener('close', () => listener(reason)),
    close: () => channel.close(),
  }
}

/** The token of the address is exchanged for a cookie once; the router then takes it out of the address, as no screen has that name. */
async function signIn(): Promise<void> {
  const token = /^#\/?token=([\w-]+)/.exec(location.hash)?.[1]
  if (token === undefined) return
  if (!(await signInWith(token))) throw new NNOptError('unavailable', 'denied')
}

async function socketPort(): Promise<Port> {
  await signIn()
  const probe = await fetch('/session', { signal: AbortSignal.timeout(portTimeoutMs) })
  if (probe.status === 401) throw new NNOptError('unavailable', 'denied')
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`)
  socket.binaryType = 'arraybuffer'
  await opened(socket)
  return {
    post: (message) => socket.send(encodeMessage(message)),
    onMessage: (listener) =>
      socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) =>
        listener(decodeMessage(typeof data === 'string' ? data : new Uint8Array(data))),
      ),
    onClose: (listener) => socket.addEventListener('close', ({ reason }) => listener(reason || undefined)),
    close: () => socket.close(),
  }
}

/** Waits until a socket is open; one that closes before, or that a silent network swallows, is given up. */
function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => socket.close(), portTimeoutMs)
    socket.addEventListener('open', () => (clearTimeout(giveUp), resolve()), { once: true })
    socket.addEventListener('close', () => (clearTimeout(giveUp), reject(new NNOptError('unavailable', 'refused'))), {
      once: true,
    })
  })
}
