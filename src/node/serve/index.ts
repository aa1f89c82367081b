import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { NNOptError } from '../../shared/errors'
import type { Port } from '../../shared/rpc'
import { decodeMessage, encodeMessage } from '../../shared/wire'
import { projectRoot } from '../engineFile'
import { hostCheck, nameOf, refusal, securityHeaders } from './guards'
import { createSession } from './session'
import type { Session } from './session'
import { sendFile } from './staticFiles'

export interface ServeOptions {
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** Fixed for scripts; random otherwise. */
  readonly token?: string | undefined
  /** Folder of the built interface. */
  readonly files?: string
  /** Called for every browser that connects. */
  readonly onConnection: (port: Port) => void
}

export interface RunningServer {
  /** With the token in its fragment. */
  readonly url: string
  readonly token: string
  close(): Promise<void>
}

export const rpcPath = '/rpc'
const sessionPath = '/session'
const largestMessageBytes = 32 * 2 ** 20
const largestTokenBytes = 1024
/** Close code of a WebSocket whose service starts again (IANA registry of RFC 6455). */
const serviceRestart = 1012

/** Serves the interface and the contract over a WebSocket; RPC needs the token, and browsers must come from a page of this server. */
export async function startServer({
  host = '127.0.0.1',
  port = 0,
  token,
  files = join(projectRoot, 'out', 'renderer'),
  onConnection,
}: ServeOptions): Promise<RunningServer> {
  const server = createServer()
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port
  const session = createSession(bound, token)
  const isServed = hostCheck(host, bound)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessageBytes })
  server.on('request', (request, response) =>
    answer({ request, response, session, files, refused: refusal(request, isServed) }),
  )
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status =
      refusal(request, isServed) !== undefined
        ? '403 Forbidden'
        : request.url !== rpcPath
          ? '404 Not Found'
          : session.isKnown(request)
            ? undefined
            : '401 Unauthorized'
    if (status !== undefined) return socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, (webSocket) => onConnection(portOf(webSocket)))
  })
  return {
    url: `http://${nameOf(host)}:${bound}/#token=${session.token}`,
    token: session.token,
    close: () => {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new NNOptError(
          'unavailable',
          `the server cannot listen on ${host}:${port}: ${cause.message}; choose another --port or --host`,
          undefined,
          { cause },
        ),
      ),
    )
    server.listen(port, host, resolve)
  })
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly session: Session
  readonly files: string
  readonly refused: string | undefined
}

function answer({ request, response, session, files, refused }: Exchange): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  const pathname = pathOf(request)
  if (pathname === undefined) return plain(response, 400, 'the address is invalid')
  if (refused !== undefined) return plain(response, 403, refused)
  if (pathname === sessionPath && request.method === 'POST') return void signIn(request, response, session)
  if (pathname === rpcPath || pathname === sessionPath) {
    if (!session.isKnown(request))
      return plain(response, 401, 'the token is missing or wrong: open the address that nnopt serve printed')
    return pathname === sessionPath
      ? void response.writeHead(204).end()
      : plain(response, 426, 'expected a WebSocket request')
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(response, 405, 'expected a GET request')
  if (!existsSync(files)) return plain(response, 503, "the interface is not built: run 'npm run build'")
  sendFile(files, pathname, response)
}

function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : undefined
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

/** The page sends the token of its address once and gets a cookie, which the WebSocket then carries. */
async function signIn(request: IncomingMessage, response: ServerResponse, session: Session): Promise<void> {
  let token = ''
  for await (const chunk of request) {
    token += String(chunk)
    if (token.length > largestTokenBytes) return plain(response, 413, 'the request is too long')
  }
  if (!session.isToken(token.trim()))
    return plain(response, 401, 'the token is wrong: open the address that nnopt serve printed')
  response.writeHead(204, { 'set-cookie': session.cookie }).end()
}

function portOf(socket: WebSocket): Port {
  return {
    post: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message))
    },
    onMessage: (listener) =>
      void socket.on('message', (data: Buffer, isBinary: boolean) => {
        try {
          listener(decodeMessage(isBinary ? data : data.toString()))
        } catch {
          socket.close(1002, 'expected a message')
        }
      }),
    onClose: (listener) => void socket.on('close', () => listener()),
    close: (reason) => socket.close(serviceRestart, reason),
  }
}
