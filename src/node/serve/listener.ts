import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { NNOptError } from '../../shared/errors'
import type { Limits } from './limits'

/** A certificate and its key, as PEM. */
export interface Tls {
  readonly cert: string
  readonly key: string
}

/** An HTTP or HTTPS server that no client can end or exhaust: whatever goes wrong with a connection ends that connection. */
export function createListener(
  limits: Limits,
  tls: Tls | undefined,
  refused: (why: string, from: string) => void,
): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keptAliveMs,
    connectionsCheckingInterval: Math.min(2000, limits.headersMs),
  }
  const server = tls
    ? createSecureServer({ ...options, ...tls, handshakeTimeout: limits.headersMs, minVersion: 'TLSv1.2' })
    : createServer(options)
  server.maxConnections = limits.connections
  server.setTimeout(limits.silentMs)
  // A client that resets a connection, at whatever moment, is none of the program's errors; 'close' follows.
  server.on('connection', (socket: Socket) => socket.on('error', () => undefined))
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => undefined))
  server.on('tlsClientError', ({ message }, socket) => refused(`TLS: ${message}`, socket.remoteAddress ?? 'unknown'))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code !== 'ECONNRESET') refused(error.code ?? error.message, socket.remoteAddress ?? 'unknown')
    if (socket.writable)
      socket.end(`HTTP/1.1 ${statusOf(error.code)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    closeSoon(socket)
  })
  server.on('drop', (client) => refused('too many connections', client?.remoteAddress ?? 'unknown'))
  return server
}

function statusOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout'
  return '400 Bad Request'
}

const farewellMs = 1000

/** Lets what was written go out, and waits no longer for a client that does not close its end. */
export function closeSoon(socket: Pick<Socket, 'destroy' | 'once'>): void {
  const timer = setTimeout(() => socket.destroy(), farewellMs)
  socket.once('close', () => clearTimeout(timer))
}

/** Throws `unavailable` where the address cannot be had. What happens to a server that listens, such as no free file handle, is told to `onTrouble`. */
export function listen(server: Server, host: string, port: number, onTrouble: (error: Error) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(
        new NNOptError(
          'unavailable',
          `the server cannot listen on ${host}:${port}: ${cause.message}; choose another --port or --host`,
          undefined,
          { cause },
        ),
      )
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      server.on('error', onTrouble)
      resolve()
    })
  })
}
