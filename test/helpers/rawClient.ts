import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** Speaks HTTP and WebSocket byte by byte, the wrong way where that is wanted. */
export interface RawClient {
  readonly socket: Socket
  send(bytes: string | Uint8Array): void
  /** All that the server has said when it closes the connection, or what it has said after so long. */
  said(withinMs?: number): Promise<string>
  /** Ends the connection with a reset, as a crash or a cut line would. */
  reset(): void
}

export function rawClient(port: number): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // A server that hangs up is what these clients are for.
      socket.on('error', () => undefined)
      const text = (): string => Buffer.concat(chunks).toString('latin1')
      resolve({
        socket,
        send: (bytes) => void socket.write(bytes),
        said: async (withinMs = 5000) => {
          const closed = socket.closed || once(socket, 'close', { signal: AbortSignal.timeout(withinMs) })
          await Promise.resolve(closed).catch(() => undefined)
          return text()
        },
        // libuv refuses to reset what was ended, and the socket would stay.
        reset: () => void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy()),
      })
    })
  })
}

export const hostHeader = (port: number): string => `Host: 127.0.0.1:${port}\r\n`

export function upgradeRequest(port: number, headers: Readonly<Record<string, string>> = {}): string {
  const lines = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  }
  const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET /rpc HTTP/1.1\r\n${hostHeader(port)}${text.join('')}\r\n`
}

/** A WebSocket that is open, with nobody to mind the protocol. */
export async function rawWebSocket(port: number, token: string): Promise<RawClient> {
  const client = await rawClient(port)
  const answered = new Promise((resolve) => client.socket.once('data', resolve))
  client.send(upgradeRequest(port, { Authorization: `Bearer ${token}` }))
  await answered
  return client
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A frame as a client sends it (RFC 6455, section 5.2); `isMasked` and `first` may make it a wrong one. */
export function webSocketFrame(
  opcode: number,
  payload: Uint8Array,
  { isFinal = true, isMasked = true, reserved = 0 } = {},
): Buffer {
  const mask = isMasked ? 0x80 : 0
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const head = Buffer.from([first, ...lengthOf(payload.length, mask)])
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, ...(isMasked ? [Buffer.alloc(4)] : []), payload])
}

function lengthOf(length: number, mask: number): readonly number[] {
  if (length < 126) return [mask | length]
  if (length < 2 ** 16) return [mask | 126, length >> 8, length & 0xff]
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(length))
  return [mask | 127, ...bytes]
}
