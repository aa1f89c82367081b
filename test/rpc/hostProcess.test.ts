import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bridgeToRemote, parseRemote } from '../../src/node/remote'
import { startServer } from '../../src/node/serve'
import type { RunningServer } from '../../src/node/serve'
import { startHostProcess } from '../../src/node/serve/hostProcess'
import type { HostProcess } from '../../src/node/serve/hostProcess'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('host-process')
const endings: string[] = []
let host: HostProcess
let server: RunningServer

beforeAll(async () => {
  const workspace = join(folder, 'workspace')
  mkdirSync(workspace, { recursive: true })
  host = startHostProcess(workspace, (how) => endings.push(how))
  server = await startServer({ files: folder, onConnection: (page) => host.connect(page) })
})

afterAll(async () => {
  await server.close()
  await host.close()
})

const connect = () => {
  const [near, far] = createLinkedPorts()
  host.connect(far)
  return createClient(near)
}

describe('the host of a server', () => {
  it('answers in a process of its own, bytes included', async () => {
    const client = connect()
    const { program } = await client.call('system.info', {})
    expect(program.pid).toBe(host.pid)
    expect(program.pid).not.toBe(process.pid)
    const { path } = await client.call('uploads.begin', { fileName: 'a.onnx', sizeBytes: 3 })
    expect(await client.call('uploads.append', { path, offset: 0, bytes: Uint8Array.of(1, 2, 3) })).toEqual({
      receivedBytes: 3,
    })
  })

  it('is started again when it is killed; calls that were open fail at once', async () => {
    const client = connect()
    const first = host.pid ?? 0
    const waiting = client.call('events.subscribe', {})
    const refused = expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
    await client.call('system.ping', {})
    process.kill(first, 'SIGKILL')
    await refused
    while (host.pid === undefined || host.pid === first) await sleep(20)
    expect((await connect().call('system.info', {})).program.pid).toBe(host.pid)
    expect(endings).toEqual(['signal SIGKILL'])
  })
})

describe('an engine elsewhere', () => {
  const reach = (address: string) => {
    const [near, far] = createLinkedPorts()
    const closed = new Promise<string | undefined>((resolve) => near.onClose(resolve))
    bridgeToRemote(far, address)
    return { client: createClient(near), closed }
  }

  it('is worked with through the address that its server printed', async () => {
    const { client } = reach(server.url)
    expect((await client.call('system.info', {})).program.pid).toBe(host.pid)
    client.close()
  })

  const wrong: readonly (readonly [name: string, address: () => string, reason: RegExp])[] = [
    ['a wrong token', () => `${new URL(server.url).origin}/#token=guess`, /token is wrong/],
    ['nobody there', () => 'http://127.0.0.1:9/#token=a', /ECONNREFUSED/],
    ['no address', () => 'gpu', /expected the address that nnopt serve printed/],
  ]
  it.each(wrong)('says why it closes the port: %s', async (_name, address, reason) => {
    expect(await reach(address()).closed).toMatch(reason)
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
