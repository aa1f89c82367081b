import { NNOptError } from '../../shared/errors'
import type { Closing, Message, Port } from '../../shared/rpc'
import { decodeMessage, encodeMessage } from '../../shared/wire'
import { remoteAddress } from './remote'
import { signInWith } from './session'
import { askShell } from './shell'

/** Opens a channel to the engine: a MessagePort in the desktop app, a WebSocket in a browser. */
export const openPort = (): Promise<Port> => (location.protocol === 'app:' ? desktopPort() : socketPort())

/** The preload script passes on one port and nothing else. */
const portMessage = 'nnopt-engine-port'

/** After this time the engine is reported as gone; by then the main process is restarting it. */
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

/**
 * Exchanges the token in the address for a cookie, once; the router then removes it, because no screen has that name.
 */
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

/** Waits for a socket to open; gives up if it closes first or the network stays silent. */
function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => socket.close(), portTimeoutMs)
    socket.addEventListener('open', () => (clearTimeout(giveUp), resolve()), { once: true })
    socket.addEventListener('close', () => (clearTimeout(giveUp), reject(new NNOptError('unavailable', 'refused'))), {
      once: true,
    })
  })
}
