import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { bridgeToRemote, parseRemote } from '../../src/node/remote'
import { startService } from '../../src/node/serve/service'
import type { Service } from '../../src/node/serve/service'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('service')
const endings: string[] = []
let service: Service

beforeAll(async () => {
  const workspace = join(folder, 'workspace')
  mkdirSync(workspace, { recursive: true })
  service = await startService(
    { host: '127.0.0.1', port: 0, tls: undefined, origins: [], folders: [], workspace },
    { ended: (part, how) => endings.push(`${part} ${how}`) },
  )
})

afterAll(() => service.close())

const reach = (address: string) => {
  const [near, far] = createLinkedPorts()
  const closed = new Promise<string | undefined>((resolve) => near.onClose(resolve))
  bridgeToRemote(far, address)
  return { client: createClient(near), closed }
}

describe('the host of a server', () => {
  it('answers in a process of its own, bytes included', async () => {
    const { client } = reach(service.url)
    const { program } = await client.call('system.info', {})
    expect(program.pid).toBe(service.hostPid)
    expect(program.pid).not.toBe(process.pid)
    const { path } = await client.call('uploads.begin', { fileName: 'a.onnx', sizeBytes: 3 })
    expect(await client.call('uploads.append', { path, offset: 0, bytes: Uint8Array.of(1, 2, 3) })).toEqual({
      receivedBytes: 3,
    })
  })

  it('is started again when it is killed; calls that were open fail at once, and the page hears how it ended', async () => {
    const { client, closed } = reach(service.url)
    await client.call('system.ping', {})
    const first = service.hostPid ?? 0
    const refused = expect(client.call('events.subscribe', {})).rejects.toMatchObject({ code: 'unavailable' })
    process.kill(first, 'SIGKILL')
    await refused
    expect(await closed).toBe('signal SIGKILL')
    while (service.hostPid === undefined || service.hostPid === first) await sleep(20)
    expect((await reach(service.url).client.call('system.info', {})).program.pid).toBe(service.hostPid)
    expect(endings).toEqual(['engine signal SIGKILL'])
  })
})

describe('an engine elsewhere', () => {
  it('is worked with through the address that its server printed', async () => {
    const { client } = reach(service.url)
    expect((await client.call('system.info', {})).program.pid).toBe(service.hostPid)
    client.close()
  })

  const wrong: readonly (readonly [name: string, address: () => string, reason: RegExp])[] = [
    ['a wrong token', () => `${new URL(service.url).origin}/#token=guess`, /token is wrong/],
    ['nobody there', () => 'http://127.0.0.1:9/#token=a', /ECONNREFUSED/],
    ['no address', () => 'gpu', /expected the address that nnopt serve printed/],
  ]
  it.each(wrong)('says why it closes the port: %s', async (_name, address, reason) => {
    expect(await reach(address()).closed).toMatch(reason)
  })

  const frames: readonly (readonly [name: string, frame: string | Buffer, reason: RegExp])[] = [
    ['text', 'nonsense', /it sent a frame that is not JSON/],
    ['bytes', Buffer.from([9, 0, 0, 0, 123]), /it sent a truncated binary frame/],
    ['a message of no kind', '{"type":"shout","id":1}', /it sent a frame of an unknown type/],
  ]
  it.each(frames)('that does not speak the protocol ends that connection alone: %s', async (_name, frame, reason) => {
    const strange = createServer()
    new WebSocketServer({ server: strange }).on('connection', (socket) => socket.send(frame))
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve))
    const { port } = strange.address() as AddressInfo
    expect(await reach(`http://127.0.0.1:${port}/#token=abc`).closed).toMatch(reason)
    strange.close()
  })

  it('must be named with its token', () => {
    expect(parseRemote('https://gpu.example:4870/#/token=a-b')).toEqual({
      url: 'wss://gpu.example:4870/rpc',
      token: 'a-b',
    })
    for (const wrong of ['', 'gpu:4870', 'file:///x#token=a', 'http://gpu:4870/'])
      expect(() => parseRemote(wrong)).toThrow(/expected the address that nnopt serve printed/)
  })
})
