import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../../src/core/data/random'
import { hostHeader, opcodes, rawClient, rawWebSocket, upgradeRequest, webSocketFrame } from '../../helpers/rawClient'
import type { RawClient } from '../../helpers/rawClient'

interface Target {
  readonly port: number
  readonly token: string
}

type Dice = ReturnType<typeof createRandom>
type Attack = (target: Target, dice: Dice) => Promise<RawClient>

const cut = (text: string | Uint8Array, dice: Dice): string | Uint8Array => text.slice(0, dice.integer(text.length + 1))
const noise = (dice: Dice, most: number): Buffer =>
  Buffer.from(Array.from({ length: 1 + dice.integer(most) }, () => dice.integer(256)))

/** Sends a part of a text over a new connection. */
const sending =
  (text: (target: Target, dice: Dice) => string | Uint8Array): Attack =>
  async (target, dice) => {
    const client = await rawClient(target.port)
    client.send(cut(text(target, dice), dice))
    return client
  }

/** Sends a part of frames over a WebSocket that has the token. */
const framing =
  (frames: (dice: Dice) => Buffer): Attack =>
  async ({ port, token }, dice) => {
    const client = await rawWebSocket(port, token)
    client.send(cut(frames(dice), dice))
    return client
  }

const call = (name: string): Buffer =>
  webSocketFrame(opcodes.text, Buffer.from(JSON.stringify({ type: 'call', id: 1, name, params: {} })))

/** Ways to begin; how a connection ends is decided by chance. */
const attacks: readonly Attack[] = [
  sending(({ port }) => `GET /index.html HTTP/1.1\r\n${hostHeader(port)}\r\n`),
  sending(({ port }) => `POST /session HTTP/1.1\r\n${hostHeader(port)}Content-Length: 40\r\n\r\n${'x'.repeat(40)}`),
  sending(({ port }) => upgradeRequest(port)),
  sending(({ port, token }) => upgradeRequest(port, { Authorization: `Bearer ${token}` })),
  sending((_, dice) => noise(dice, 3000)),
  sending(({ port }, dice) => `GET /${'a'.repeat(dice.integer(20_000))} HTTP/1.1\r\n${hostHeader(port)}\r\n`),
  framing((dice) => webSocketFrame(opcodes.binary, noise(dice, 5000))),
  framing((dice) => webSocketFrame(dice.integer(16), noise(dice, 200), { reserved: dice.integer(8) })),
  framing(() => Buffer.concat(['versions.list', 'events.subscribe', 'catalog.get'].map(call))),
  framing((dice) => Buffer.concat(Array.from({ length: 50 }, () => webSocketFrame(opcodes.ping, noise(dice, 100))))),
  framing((dice) => webSocketFrame(opcodes.close, noise(dice, 10))),
]

/** One connection that breaks: reset at once, reset after a moment, ended, or abandoned for a moment. */
export async function brokenConnection(target: Target, seed: number, number: number): Promise<void> {
  const dice = createRandom(seed, number)
  const attack = attacks[dice.integer(attacks.length)] ?? attacks[0]
  const client = await attack?.(target, dice)
  const ending = dice.integer(4)
  if (ending === 1) await sleep(dice.integer(30))
  if (ending === 2) client?.socket.end()
  if (ending === 3) await client?.said(100)
  client?.reset()
}
