import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingHttpHeaders, RequestOptions } from 'node:http'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { hostCheck } from '../../src/node/serve/guards'
import { createHost } from '../../src/node/createHost'
import type { Host } from '../../src/node/createHost'
import { startServer } from '../../src/node/serve'
import type { LogFields } from '../../src/node/log/log'
import type { RunningServer } from '../../src/node/serve'
import { portOfFrames } from '../../src/node/serve/frames'
import { createClient } from '../../src/shared/rpc'
import type { Port } from '../../src/shared/rpc'
import { decodeMessage, encodeMessage } from '../../src/shared/wire'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('serve')
const files = join(folder, 'renderer')
let host: Host
let server: RunningServer
let origin: string

beforeAll(async () => {
  mkdirSync(join(files, 'assets'), { recursive: true })
  writeFileSync(join(files, 'index.html'), '<title>page</title>')
  writeFileSync(join(files, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  host = await createHost({ workspace: join(folder, 'workspace') })
  server = await startServer({ files, onPage: (page, caller) => host.connect(portOfFrames(page), caller) })
  origin = new URL(server.url).origin
})

afterAll(async () => {
  await server.close()
  await host.close()
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function ask(path: string, { body, ...options }: RequestOptions & { body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(`${origin}${path}`, options, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    call.on('error', reject)
    call.end(body)
  })
}

const signIn = (token: string): Promise<Answer> => ask('/session', { method: 'POST', body: token, headers: { origin } })

/** The status of the handshake: 101 when the socket opens. */
function handshake(
  headers: Readonly<Record<string, string>>,
  path = '/rpc',
): Promise<{ readonly status: number; readonly socket: WebSocket }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers })
    socket.on('open', () => resolve({ status: 101, socket }))
    socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve({ status: statusCode, socket }))
    socket.on('error', () => undefined)
  })
}

const portOf = (socket: WebSocket): Port => ({
  post: (message) => socket.send(encodeMessage(message)),
  onMessage: (listener) =>
    void socket.on('message', (data: Buffer, isBinary) => listener(decodeMessage(isBinary ? data : data.toString()))),
  onClose: (listener) => void socket.on('close', listener),
  close: () => socket.close(),
})

describe('the pages', () => {
  it('come with headers that let nothing foreign run', async () => {
    const { status, headers, body } = await ask('/')
    expect([status, body]).toEqual([200, '<title>page</title>'])
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  const paths: readonly (readonly [string, number])[] = [
    ['/versions/v-1', 200],
    ['/assets/a.js', 200],
    ['/assets/missing.js', 404],
    ['/..%2fsecret.txt', 404],
    ['/assets/..%2f..%2f..%2fsecret.txt', 404],
    ['/%00.js', 404],
    ['/%zz.js', 404],
    ['//', 400],
  ]
  it.each(paths)('answer %s with %i', async (path, status) => {
    expect((await ask(path)).status).toBe(status)
  })

  it('are compressed as the browser likes it best, each coding with a tag of its own', async () => {
    const codings = { 'gzip, deflate, br': 'br', 'gzip;q=1, br;q=0': 'gzip', deflate: undefined }
    const tags = await Promise.all(
      Object.entries(codings).map(async ([accepted, coding]) => {
        const { headers } = await ask('/', { headers: { 'accept-encoding': accepted } })
        expect(headers['content-encoding']).toBe(coding)
        return headers.etag
      }),
    )
    expect(new Set(tags).size).toBe(3)
  })

  it('are not sent again while they are the same', async () => {
    const { headers } = await ask('/assets/a.js')
    const again = await ask('/assets/a.js', { headers: { 'if-none-match': `"other", ${headers.etag}` } })
    expect([again.status, again.body]).toEqual([304, ''])
    writeFileSync(join(files, 'assets', 'a.js'), 'export const changed = 1')
    const changed = await ask('/assets/a.js', { headers: { 'if-none-match': headers.etag } })
    expect([changed.status, changed.body]).toEqual([200, 'export const changed = 1'])
  })

  it('are kept for good where their name says what they hold', async () => {
    writeFileSync(join(files, 'assets', 'b-1A2b3C4d.css'), 'a {}')
    expect((await ask('/assets/b-1A2b3C4d.css')).headers['cache-control']).toMatch(/immutable/)
    expect((await ask('/assets/a.js')).headers['cache-control']).toBe('no-cache')
  })

  it('cannot be posted to', async () => {
    expect((await ask('/', { method: 'POST' })).status).toBe(405)
  })
})

describe('a request of another site', () => {
  it('is refused by its Origin', async () => {
    expect((await ask('/', { headers: { origin: 'http://evil.example' } })).status).toBe(403)
    expect(
      (await ask('/session', { method: 'POST', body: server.token, headers: { origin: 'http://evil.example' } }))
        .status,
    ).toBe(403)
  })

  it('is refused by its Host, which a rebound name carries', async () => {
    expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(403)
  })

  it('is refused at the WebSocket even with the token', async () => {
    const authorization = `Bearer ${server.token}`
    expect((await handshake({ authorization, origin: 'http://evil.example' })).status).toBe(403)
    expect((await handshake({ authorization, host: 'evil.example' })).status).toBe(403)
  })
})

describe('the session', () => {
  it('needs the token', async () => {
    expect((await signIn('wrong')).status).toBe(401)
    expect((await signIn('')).status).toBe(401)
    expect((await signIn('x'.repeat(5000))).status).toBe(413)
    const { status, headers } = await signIn(server.token)
    expect(status).toBe(204)
    expect(headers['set-cookie']?.[0]).toMatch(/^nnopt-session-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  it('is not guessed at: after some wrong tokens there is a wait, which the log tells', async () => {
    const lines: (readonly [string, LogFields | undefined])[] = []
    const log = { warn: (event: string, fields?: LogFields) => void lines.push([event, fields]) }
    const limits = { wrongTokens: 3, wrongTokenEveryMs: 60_000 }
    const guarded = await startServer({ files, limits, log, onPage: () => undefined })
    const post = (body: string): Promise<Response> => fetch(new URL('/session', guarded.url), { method: 'POST', body })
    for (let count = 0; count < 3; count++) expect((await post('guess')).status).toBe(401)
    const { status, headers } = await post(guarded.token)
    expect([status, Number(headers.get('retry-after'))]).toEqual([429, expect.closeTo(60, -1)])
    expect(lines.at(-1)).toEqual([
      'refused',
      { why: expect.stringMatching(/^too many wrong tokens/), from: '127.0.0.1', method: 'POST', path: '/session' },
    ])
    expect(lines).toHaveLength(4)
    await guarded.close()
  })

  it('is asked for by RPC and by the WebSocket', async () => {
    expect((await ask('/rpc')).status).toBe(401)
    expect((await ask('/session')).status).toBe(401)
    expect((await ask('/session', { headers: { authorization: `Bearer ${server.token}` } })).status).toBe(204)
    expect((await handshake({})).status).toBe(401)
    expect((await handshake({ cookie: `nnopt-session-${new URL(server.url).port}=guess` })).status).toBe(401)
    expect((await handshake({ authorization: 'Bearer guess' })).status).toBe(401)
    expect((await handshake({ authorization: `Bearer ${server.token}` }, '/elsewhere')).status).toBe(404)
  })

  it('carries the contract over the WebSocket, with the cookie alone', async () => {
    const cookie = (await signIn(server.token)).headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const { status, socket } = await handshake({ cookie, origin })
    expect(status).toBe(101)
    const client = createClient(portOf(socket))
    expect(await client.call('versions.list', {})).toEqual([])
    const { path } = await client.call('uploads.begin', { fileName: '../../a.onnx', sizeBytes: 4 })
    expect(path.startsWith(join(folder, 'workspace', '.uploads'))).toBe(true)
    expect(await client.call('uploads.append', { path, offset: 0, bytes: Uint8Array.of(1, 2) })).toEqual({
      receivedBytes: 2,
    })
    await expect(client.call('uploads.append', { path, offset: 0, bytes: Uint8Array.of(1, 2) })).rejects.toMatchObject({
      code: 'wrongCall',
    })
    await expect(
      client.call('uploads.append', { path: join(folder, 'secret.txt'), offset: 6, bytes: Uint8Array.of(1) }),
    ).rejects.toMatchObject({ code: 'wrongCall' })
    client.close()
  })

  it('closes a socket that does not speak the protocol', async () => {
    const { socket } = await handshake({ authorization: `Bearer ${server.token}` })
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    socket.send('nonsense')
    expect(await closed).toBe(1002)
  })
})

describe('the names of a server', () => {
  const names: readonly (readonly [bound: string, host: string, served: boolean])[] = [
    ['127.0.0.1', 'localhost:4870', true],
    ['127.0.0.1', '127.0.0.1:4870', true],
    ['127.0.0.1', '127.0.0.1:4871', false],
    ['127.0.0.1', '192.168.1.7:4870', false],
    ['192.168.1.7', '192.168.1.7:4870', true],
    ['fd00::7', '[fd00::7]:4870', true],
    ['0.0.0.0', 'localhost:4870', true],
    ['0.0.0.0', `${hostname()}:4870`, true],
    ['0.0.0.0', '192.168.1.7:4870', true],
    ['::', '[fd00::7]:4870', true],
    // A name that someone points at this machine.
    ['0.0.0.0', 'evil.example:4870', false],
    ['0.0.0.0', '', false],
    ['0.0.0.0', '192.168.1.7@evil.example', false],
  ]
  it.each(names)('bound to %s, %s is served: %s', (bound, host, served) => {
    expect(hostCheck(bound, 4870)(host)).toBe(served)
  })
})

it('a port that is taken is one sentence', async () => {
  const port = Number(new URL(server.url).port)
  await expect(startServer({ port, onPage: () => undefined })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`cannot listen on 127.0.0.1:${port}`),
  })
})
