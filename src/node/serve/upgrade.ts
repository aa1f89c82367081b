import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import { rpcPath } from './answer'
import type { Door } from './answer'
import { closeSoon } from './listener'
import type { KnownToken } from '../access/accessFile'

type Refused = { readonly status: string; readonly why: string; readonly isWrongToken?: boolean }

/** Turns a request into a WebSocket, or away. */
export function upgrade(
  door: Door,
  sockets: WebSocketServer,
  [request, socket, head]: readonly [IncomingMessage, Socket, Buffer],
  onOpen: (webSocket: WebSocket, token: KnownToken) => void,
): void {
  // From here on nobody else listens.
  socket.on('error', () => undefined)
  socket.setTimeout(0)
  const decided = decide(door, sockets, request)
  if (!('status' in decided))
    return sockets.handleUpgrade(request, socket, head, (webSocket) => onOpen(webSocket, decided))
  if (decided.isWrongToken) door.refusals.wrongToken(request)
  door.refusals.note(decided.why, request)
  socket.end(`HTTP/1.1 ${decided.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  closeSoon(socket)
}

function decide(
  { guard, session, refusals, limits }: Door,
  sockets: WebSocketServer,
  request: IncomingMessage,
): KnownToken | Refused {
  const refusal = guard.refusal(request)
  if (refusal !== undefined) return { status: '403 Forbidden', why: refusal }
  if (request.url !== rpcPath) return { status: '404 Not Found', why: 'no such WebSocket' }
  if (refusals.waitMs(request) > 0) return { status: '429 Too Many Requests', why: 'too many wrong tokens' }
  const token = session.tokenOf(request.headers)
  if (!token)
    return {
      status: '401 Unauthorized',
      why: 'the token is missing or wrong',
      isWrongToken: request.headers.authorization !== undefined,
    }
  if (sockets.clients.size >= limits.pages)
    return { status: '503 Service Unavailable', why: `${limits.pages} pages are already open` }
  return token
}
