import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Caller } from '../../shared/access'
import type { KnownToken } from '../access/accessFile'
import { callerWith } from '../access/tokens'
import type { Door } from './answer'
import type { FramePort } from './frames'
import { pageSocket } from './pageSocket'
import { upgrade } from './upgrade'

const revocationPollMs = 1000
/** RFC 6455, section 7.4.1. */
const policyViolation = 1008

export interface Pages {
  close(): void
}

/** Accepts the WebSockets of pages, and closes those whose token is revoked. */
export function acceptPages(server: Server, door: Door, onPage: (page: FramePort, caller: Caller) => void): Pages {
  const { limits, refusals, session } = door
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes })
  const tokens = new Map<WebSocket, KnownToken>()
  sockets.on('wsClientError', ({ message }, socket) => {
    refusals.noteFrom(message, 'unknown')
    socket.destroy()
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(door, sockets, [request, socket, head], (webSocket, token) => {
      tokens.set(webSocket, token)
      webSocket.on('close', () => tokens.delete(webSocket))
      const dropped = (why: string): void => refusals.note(why, request)
      onPage(pageSocket(webSocket, { limits, dropped }), callerWith(token))
    }),
  )
  const revocations = setInterval(() => {
    for (const [socket, token] of tokens)
      if (!session.holds(token)) socket.close(policyViolation, 'the token was revoked')
  }, revocationPollMs)
  return {
    close: () => {
      clearInterval(revocations)
      for (const client of sockets.clients) client.terminate()
    },
  }
}
