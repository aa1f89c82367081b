import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startServer } from '../../src/node/serve'
import { portOfFrames } from '../../src/node/serve/frames'
import type { FramePort } from '../../src/node/serve/frames'
import { createPageChannel } from '../../src/node/serve/pageChannel'
import type { PageMessage } from '../../src/node/serve/pageChannel'
import { owner } from '../../src/shared/access'
import type { Handlers } from '../../src/shared/contract'
import { serve } from '../../src/shared/rpc'
import type { Frame } from '../../src/shared/wire'
import { encodeMessage } from '../../src/shared/wire'
import { opcodes, rawWebSocket, webSocketFrame } from '../helpers/rawClient'

const pieceBytes = 4 * 2 ** 20
const call = (id: number): Frame =>
  encodeMessage({ type: 'call', id, name: 'versions.read', params: { version: 'v', offset: 0, length: pieceBytes } })

/** Handlers of one procedure, which counts how often it is called. */
function reading(replyBytes = pieceBytes) {
  const counter = { calls: 0 }
  const handlers: Partial<Handlers> = {
    'versions.read': () => {
      counter.calls++
      return { bytes: new Uint8Array(replyBytes), totalBytes: 1e9, fileName: 'a.onnx' }
    },
  }
  return { counter, handlers: handlers as Handlers }
}

/** The engine's end of a page that takes a frame whenever `take` is called. */
function slowPage() {
  const waiting: (() => void)[] = []
  let receive: (frame: Frame) => void | Promise<void> = () => undefined
  const frames: FramePort = {
    send: () => new Promise((resolve) => waiting.push(resolve)),
    onFrame: (listener) => void (receive = listener),
    onClose: () => undefined,
    close: () => undefined,
  }
  return { frames, waiting, receive: (frame: Frame) => receive(frame) }
}

describe('a page that does not take its replies', () => {
  it('waits for more of them, and gets them all when it takes them', async () => {
    const { counter, handlers } = reading(4000)
    const page = slowPage()
    serve(handlers, portOfFrames(page.frames, { unreadBytes: 8000, mostUnreadBytes: 16_000 }))
    for (let id = 0; id < 240; id++) void page.receive(call(id))
    await expect.poll(() => counter.calls).toBe(2)
    await sleep(50)
    // 8 kB are on the way; 240 replies would be 960.
    expect(counter.calls).toBe(2)
    while (counter.calls < 240 || page.waiting.length > 0) {
      page.waiting.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
      expect(page.waiting.length).toBeLessThanOrEqual(2)
    }
    expect(counter.calls).toBe(240)
  })

  it('is read no further, and then dropped', async () => {
    const { counter, handlers } = reading()
    const refused: unknown[] = []
    const server = await startServer({
      limits: { patienceMs: 300, slowestBytesPerSecond: 1e9, openCalls: 100 },
      log: { warn: (_event, fields) => void refused.push(fields?.why) },
      onPage: (page) => serve(handlers, portOfFrames(page)),
    })
    const client = await rawWebSocket(server.port, server.token)
    client.socket.pause()
    const closed = new Promise((resolve) => client.socket.once('close', resolve))
    for (let id = 0; id < 240; id++) client.send(webSocketFrame(opcodes.text, Buffer.from(String(call(id)))))
    await expect.poll(() => refused).toContain('replies are read too slowly')
    // What lies in the kernel's buffers counts as taken.
    expect(counter.calls).toBeLessThan(10)
    client.socket.resume()
    await closed
    await server.close()
  })
})

describe('pages over one channel', () => {
  const link = () => {
    const opened: FramePort[] = []
    const far = createPageChannel(
      (message) => queueMicrotask(() => near.receive(message)),
      (page) => void opened.push(page),
    )
    const near = createPageChannel((message: PageMessage) => queueMicrotask(() => far.receive(message)))
    return { near, far, opened }
  }

  it('tell the sender when a frame was taken', async () => {
    const { near, opened } = link()
    const page = near.open('1', owner)
    await sleep(0)
    let take: () => void = () => undefined
    opened[0]!.onFrame(() => new Promise((resolve) => (take = resolve)))
    let isTaken = false
    const sent = page.send('hello').then(() => (isTaken = true))
    await sleep(0)
    expect(isTaken).toBe(false)
    take()
    await sent
  })

  it('close at both ends, with the reason, and leave nothing waiting', async () => {
    const { near, far, opened } = link()
    const [one, two] = [near.open('1', owner), near.open('2', owner)]
    await sleep(0)
    const reasons: unknown[] = []
    for (const page of [one, two]) page.onClose((reason) => reasons.push(reason))
    const waiting = one.send('never taken')
    opened[0]!.onFrame(() => new Promise(() => undefined))
    opened[0]!.close('by SIGKILL')
    await waiting
    near.closeAll('gone')
    far.closeAll()
    expect(reasons).toEqual(['by SIGKILL', 'gone'])
  })

  it('close alone when their listener fails', async () => {
    const { near, opened } = link()
    const [page, other] = [near.open('1', owner), near.open('2', owner)]
    await sleep(0)
    opened[0]!.onFrame(() => Promise.reject(new Error('broken')))
    const reason = new Promise((resolve) => page.onClose(resolve))
    await page.send('x')
    expect(await reason).toBe('broken')
    await other.send('still open')
  })
})
