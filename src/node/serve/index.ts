import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Caller } from '../../shared/access'
import { projectRoot } from '../engineFile'
import { errorFields } from '../log/log'
import type { Log } from '../log/log'
import { answer } from './answer'
import type { Door } from './answer'
import { openAssets } from './assets'
import type { FramePort } from './frames'
import { createGuard, nameOf } from './guards'
import { limits as usualLimits } from './limits'
import type { Limits } from './limits'
import { createListener, listen } from './listener'
import type { Tls } from './listener'
import { pageSocket } from './pageSocket'
import { createRefusals } from './refusals'
import { createSession } from './session'
import { callerWith, mainToken, newSecret } from './tokens'
import { upgrade } from './upgrade'

export interface ServeOptions {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  readonly tls?: Tls | undefined
  /** Addresses under which a proxy that is trusted passes requests on. */
  readonly origins?: readonly string[]
  /** Fixed for scripts; random otherwise. */
  readonly token?: string | undefined
  /** What cookies are made with; the same for every front door of one server. */
  readonly cookieSecret?: string
  /** Folder of the built interface. */
  readonly files?: string
  readonly limits?: Partial<Limits>
  readonly log?: Pick<Log, 'warn'>
  /** Called for every page that connects. */
  readonly onPage: (page: FramePort, caller: Caller) => void
}

export interface RunningServer {
  /** With the token in its fragment. */
  readonly url: string
  readonly token: string
  readonly port: number
  close(): Promise<void>
}

/** Serves the interface and the contract over a WebSocket; RPC needs a token, and browsers must come from a page of this server. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const {
    host = '127.0.0.1',
    port = 0,
    tls,
    origins = [],
    token = newSecret(),
    cookieSecret = newSecret(),
    files = join(projectRoot, 'out', 'renderer'),
    log = { warn: () => undefined },
    onPage,
  } = options
  const limits = { ...usualLimits, ...options.limits }
  const server = createListener(limits, tls, (why, from) => log.warn('refused', { why, from }))
  await listen(server, host, port, (error) => log.warn('the server is in trouble', errorFields(error)))
  const bound = (server.address() as AddressInfo).port
  const tokens = [mainToken(token)]
  const guard = createGuard({ bound: host, port: bound, isSecure: tls !== undefined, origins })
  const door: Door = {
    guard,
    session: createSession({ port: bound, secret: cookieSecret, tokens: () => tokens }),
    refusals: createRefusals(log, guard, limits),
    assets: openAssets(files),
    limits,
    log,
  }
  const sockets = acceptPages(server, door, onPage)
  return {
    url: `${tls ? 'https' : 'http'}://${nameOf(host)}:${bound}/#token=${token}`,
    token,
    port: bound,
    close: () => close(server, sockets),
  }
}

function acceptPages(server: Server, door: Door, onPage: ServeOptions['onPage']): WebSocketServer {
  const { limits, refusals } = door
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes })
  sockets.on('wsClientError', ({ message }, socket) => {
    refusals.noteFrom(message, 'unknown')
    socket.destroy()
  })
  server.on('request', (request, response) => void answer(door, request, response))
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(door, sockets, [request, socket, head], (webSocket: WebSocket, token) => {
      const dropped = (why: string): void => refusals.note(why, request)
      onPage(pageSocket(webSocket, { limits, dropped }), callerWith(token))
    }),
  )
  return sockets
}

function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.terminate()
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
