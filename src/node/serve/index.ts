import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Caller } from '../../shared/access'
import { projectRoot } from '../engineFile'
import { errorFields } from '../log/log'
import type { Log } from '../log/log'
import { acceptPages } from './acceptPages'
import { answer } from './answer'
import type { Door } from './answer'
import { openAssets } from './assets'
import type { FramePort } from './frames'
import { createGuard, nameOf } from './guards'
import { limits as usualLimits } from './limits'
import type { Limits } from './limits'
import { createListener, listen } from './listener'
import type { Tls } from './listener'
import { createRefusals } from './refusals'
import { createSession } from './session'
import { mainToken, newSecret } from '../access/tokens'
import type { KnownToken } from '../access/accessFile'

export interface ServeOptions {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  readonly tls?: Tls | undefined
  /** Addresses under which a proxy that is trusted passes requests on. */
  readonly origins?: readonly string[]
  /** Fixed for scripts; random otherwise. */
  readonly token?: string | undefined
  /** Tokens that hold now, besides `token`. */
  readonly tokens?: () => readonly KnownToken[]
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
    tokens = () => [],
    cookieSecret = newSecret(),
    files = join(projectRoot, 'out', 'renderer'),
    log = { warn: () => undefined },
    onPage,
  } = options
  const limits = { ...usualLimits, ...options.limits }
  const server = createListener(limits, tls, (why, from) => log.warn('refused', { why, from }))
  await listen(server, host, port, (error) => log.warn('the server is in trouble', errorFields(error)))
  const bound = (server.address() as AddressInfo).port
  const main = mainToken(token)
  const guard = createGuard({ bound: host, port: bound, isSecure: tls !== undefined, origins })
  const door: Door = {
    guard,
    session: createSession({ port: bound, secret: cookieSecret, tokens: () => [main, ...tokens()] }),
    refusals: createRefusals(log, guard, limits),
    assets: openAssets(files),
    limits,
    log,
  }
  server.on('request', (request, response) => void answer(door, request, response))
  const pages = acceptPages(server, door, onPage)
  return {
    url: `${tls ? 'https' : 'http'}://${nameOf(host)}:${bound}/#token=${token}`,
    token,
    port: bound,
    close: () => {
      pages.close()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
