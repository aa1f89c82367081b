import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineFile } from '../../src/node/engineFile'
import { bridgeToRemote } from '../../src/node/remote'
import { startService } from '../../src/node/serve/service'
import type { Service } from '../../src/node/serve/service'
import type { Client } from '../../src/shared/contract'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import { hostHeader, opcodes, rawClient, rawWebSocket, upgradeRequest, webSocketFrame } from '../helpers/rawClient'
import { temporaryFolder } from '../helpers/temporary'

const endings: string[] = []
let service: Service
let port: number
let other: Client

beforeAll(async () => {
  service = await startService(
    {
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      origins: [],
      folders: [],
      workspace: join(temporaryFolder('door'), 'workspace'),
    },
    { ended: (part, how) => endings.push(`${part} ${how}`) },
  )
  port = Number(new URL(service.url).port)
  const [near, far] = createLinkedPorts()
  bridgeToRemote(far, service.url)
  other = createClient(near)
  await other.call('system.ping', {})
})

afterAll(() => service.close())

const MiB = 2 ** 20
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const { text, binary, continuation, ping } = opcodes

/** Sends frames over a WebSocket with a token, and answers with the code that the server closes it with. */
async function closeCodeAfter(...frames: readonly Buffer[]): Promise<number> {
  const client = await rawWebSocket(port, service.token)
  const closing = new Promise<number>((resolve) => client.socket.once('data', (data) => resolve(data.readUInt16BE(2))))
  for (const frame of frames) client.send(frame)
  const code = await closing
  client.reset()
  return code
}

const attacks: readonly (readonly [name: string, attack: () => Promise<unknown>])[] = [
  [
    'a sign-in that breaks off in its body',
    async () => {
      const client = await rawClient(port)
      client.send(`POST /session HTTP/1.1\r\n${hostHeader(port)}Content-Length: 100\r\n\r\nabc`)
      await sleep(50)
      client.reset()
    },
  ],
  [
    'a refused upgrade whose client resets',
    async () => {
      for (let count = 0; count < 30; count++) {
        const client = await rawClient(port)
        client.send(upgradeRequest(port))
        client.reset()
      }
    },
  ],
  [
    'an upgrade with the token whose client resets',
    async () => {
      const client = await rawClient(port)
      client.send(upgradeRequest(port, { Authorization: `Bearer ${service.token}` }))
      client.reset()
    },
  ],
  [
    'a WebSocket that is cut off in a frame',
    async () => {
      const client = await rawWebSocket(port, service.token)
      client.send(webSocketFrame(binary, new Uint8Array(MiB)).subarray(0, 1000))
      client.reset()
    },
  ],
  [
    'something that is no HTTP',
    async () => {
      const client = await rawClient(port)
      client.send(bytes(22, 3, 1, 0, 200, 1, 0, 0))
      client.send('\r\n\r\n')
      expect(await client.said()).toMatch(/^HTTP\/1\.1 400 /)
    },
  ],
  [
    'headers without end',
    async () => {
      const client = await rawClient(port)
      client.send(`GET / HTTP/1.1\r\n${hostHeader(port)}X: ${'x'.repeat(40_000)}`)
      expect(await client.said()).toMatch(/^HTTP\/1\.1 431 /)
    },
  ],
  [
    'a frame of 40 MiB',
    async () => expect(await closeCodeAfter(webSocketFrame(binary, new Uint8Array(40 * MiB)))).toBe(1009),
  ],
  ['a frame of a bad opcode', async () => expect(await closeCodeAfter(webSocketFrame(5, bytes(1)))).toBe(1002)],
  ['text in bad UTF-8', async () => expect(await closeCodeAfter(webSocketFrame(text, bytes(0xff, 0xfe)))).toBe(1007)],
  [
    'a frame without a mask',
    async () => expect(await closeCodeAfter(webSocketFrame(text, bytes(65), { isMasked: false }))).toBe(1002),
  ],
  [
    'reserved bits',
    async () => expect(await closeCodeAfter(webSocketFrame(text, bytes(65), { reserved: 5 }))).toBe(1002),
  ],
  [
    'a continuation of nothing',
    async () => expect(await closeCodeAfter(webSocketFrame(continuation, bytes(65)))).toBe(1002),
  ],
  ['a long ping', async () => expect(await closeCodeAfter(webSocketFrame(ping, new Uint8Array(200)))).toBe(1002)],
  [
    'more text than a call has',
    async () => expect(await closeCodeAfter(webSocketFrame(text, new Uint8Array(2 * MiB).fill(32)))).toBe(1002),
  ],
  [
    'bytes that a frame names a thousand times',
    async () => {
      const call = { type: 'call', id: 1, name: 'uploads.append', params: Array(1000).fill({ $bytes: [0, MiB] }) }
      const header = new TextEncoder().encode(JSON.stringify(call))
      const frame = new Uint8Array(4 + header.length + MiB)
      new DataView(frame.buffer).setUint32(0, header.length, true)
      frame.set(header, 4)
      expect(await closeCodeAfter(webSocketFrame(binary, frame))).toBe(1002)
    },
  ],
  [
    'arrays in arrays in arrays',
    async () => expect(await closeCodeAfter(webSocketFrame(text, Buffer.from('['.repeat(500_000))))).toBe(1002),
  ],
]

describe('the front door stands', () => {
  it.each(attacks)('after %s', async (_name, attack) => {
    await attack()
    await sleep(100)
    // 503 where the interface is not built.
    expect([200, 503]).toContain((await fetch(`http://127.0.0.1:${port}/`)).status)
    expect(await other.call('system.ping', {})).toEqual({})
    expect(endings).toEqual([])
  })

  it.runIf(process.platform !== 'win32')('when there is no free file handle', async () => {
    const workspace = join(temporaryFolder('handles'), 'workspace')
    const command = `ulimit -n 60; exec "$0" "$@"`
    const args = [process.execPath, engineFile('cli'), 'serve', '--port', '0', '--json', '--workspace', workspace]
    const child = spawn('bash', ['-c', command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    const { url } = await new Promise<{ url: string }>((resolve) =>
      child.stdout.once('data', (data) => resolve(JSON.parse(String(data)))),
    )
    const narrow = Number(new URL(url).port)
    const clients = await Promise.all(Array.from({ length: 80 }, () => rawClient(narrow)))
    for (const { send } of clients) send(`GET /index.html HTTP/1.1\r\n${hostHeader(narrow)}\r\n`)
    await sleep(300)
    for (const { reset } of clients) reset()
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${narrow}/`)).status).toBeOneOf([200, 503])
    expect(child.exitCode).toBe(null)
    child.kill('SIGTERM')
  })

  it.runIf(process.platform === 'linux')('and holds no file for clients that leave in a download', async () => {
    const handles = (): number => readdirSync('/proc/self/fd').length
    const before = handles()
    for (let count = 0; count < 100; count++) {
      const client = await rawClient(port)
      client.send(`GET /index.html HTTP/1.1\r\n${hostHeader(port)}\r\n`)
      client.reset()
    }
    await expect.poll(handles).toBeLessThanOrEqual(before + 2)
  })
})
