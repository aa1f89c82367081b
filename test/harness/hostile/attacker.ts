import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Frame } from '../../../src/shared/wire'
import { decodeMessage } from '../../../src/shared/wire'

export interface Answers {
  results: number
  readonly refusals: Map<string, number>
  /** Closed for breaking the protocol. */
  closed: number
  /** Answers with the code that a bug of the program has, and answers that upset a terminal. */
  readonly faults: Set<string>
}

export const noAnswers = (): Answers => ({ results: 0, refusals: new Map(), closed: 0, faults: new Set() })

const [longestWaitMs, pollMs] = [20, 1]

/** Somebody with a token who keeps to nothing; connects again whenever it is thrown out. */
export class Attacker {
  private socket: WebSocket | undefined
  /** Calls that were not cancelled yet. */
  private readonly open = new Map<number, number>()

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly answers: Answers,
  ) {}

  async send(frame: Frame | Uint8Array, id: number): Promise<void> {
    const socket = await this.connected()
    this.open.set(id, Date.now())
    // ws says so here when the connection has just gone.
    await new Promise<void>((resolve) => socket.send(frame, () => resolve()))
    await this.settled(id)
  }

  /** Until the message is answered or has cost the connection, but not for long: what comes after the latter would be lost. */
  private async settled(id: number): Promise<void> {
    for (let waitedMs = 0; this.open.has(id) && waitedMs < longestWaitMs; waitedMs += pollMs) await sleep(pollMs)
  }

  /** Takes back what has not been answered for so long: some calls never end by themselves. */
  cancelOlderThan(ageMs: number): void {
    for (const [id, since] of this.open) {
      if (Date.now() - since < ageMs) continue
      this.open.delete(id)
      this.socket?.send(JSON.stringify({ type: 'cancel', id }), () => undefined)
    }
  }

  get waiting(): number {
    return this.open.size
  }

  close(): void {
    this.socket?.terminate()
  }

  private async connected(): Promise<WebSocket> {
    if (this.socket?.readyState === WebSocket.OPEN) return this.socket
    const socket = new WebSocket(`${new URL(this.url).origin.replace('http', 'ws')}/rpc`, {
      headers: { authorization: `Bearer ${this.token}` },
    })
    await once(socket, 'open')
    // What an attacker's connection dies of is no concern of the harness.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.answers.closed++
      this.open.clear()
    })
    socket.on('message', (data: Buffer, isBinary) => this.hear(isBinary ? data : data.toString()))
    this.socket = socket
    return socket
  }

  private hear(frame: string | Uint8Array): void {
    const message = decodeMessage(frame)
    if (message.type !== 'result' && message.type !== 'error') return
    this.open.delete(message.id)
    if (message.type === 'result') return void this.answers.results++
    const { code, message: text } = message.error
    this.answers.refusals.set(code, (this.answers.refusals.get(code) ?? 0) + 1)
    if (code === 'internal' || /\p{Cc}/u.test(text)) this.answers.faults.add(`${code}: ${text.slice(0, 300)}`)
  }
}
