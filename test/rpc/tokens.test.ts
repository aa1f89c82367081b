import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { request as secureRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { accessFile, readAccess, writeAccess } from '../../src/node/access/accessFile'
import { addToken, revokeToken } from '../../src/node/access/tokens'
import { createGuard } from '../../src/node/serve/guards'
import type { Service } from '../../src/node/serve/service'
import type { ProcedureName } from '../../src/shared/contract'
import { contract } from '../../src/shared/contract'
import { procedureRights } from '../../src/shared/procedureRights'
import { cli } from '../helpers/cli'
import { clientOf, startLocalService } from '../helpers/served'
import { temporaryFolder } from '../helpers/temporary'

const root = temporaryFolder('tokens')
const workspace = join(root, 'workspace')
const pem = (name: string): string => join(import.meta.dirname, '..', 'helpers', 'tls', `${name}.pem`)
let service: Service

beforeAll(async () => {
  service = await startLocalService({ workspace })
})
afterAll(() => service.close())

describe('tokens', () => {
  it('are made, listed and revoked by the command line, and stored as hashes', async () => {
    const made = (await cli(['token', 'add', 'ada', '--json'], { workspace })).json as { readonly token: string }
    expect(made).toMatchObject({ name: 'ada', readOnly: false, token: expect.stringMatching(/^[\w-]{43}$/) })
    await cli(['token', 'add', 'guest', '--read-only'], { workspace })
    expect((await cli(['token', 'list', '--json'], { workspace })).json).toMatchObject([
      { name: 'ada', readOnly: false },
      { name: 'guest', readOnly: true },
    ])
    expect(readFileSync(accessFile(workspace), 'utf8')).not.toContain(made.token)
    if (process.platform !== 'win32') expect(statSync(accessFile(workspace)).mode & 0o777).toBe(0o600)
    expect((await cli(['token', 'add', 'ada'], { workspace })).stderr).toMatch(/token 'ada' already exists/)
    expect((await cli(['token', 'add', '../x'], { workspace })).code).toBe(2)
    await cli(['token', 'revoke', 'guest'], { workspace })
    expect((await cli(['token', 'revoke', 'guest'], { workspace })).stderr).toMatch(/no token is named 'guest'/)
    expect(readAccess(workspace).tokens.map(({ name }) => name)).toEqual(['ada'])
  })

  it('hold while the server runs, until they are revoked', async () => {
    const { token } = addToken(workspace, 'bob', 'work')
    const client = await clientOf(service.url, token)
    expect(await client.call('access.get', {})).toMatchObject({ name: 'bob', rights: 'work' })
    const headers = { authorization: `Bearer ${token}` }
    const socket = new WebSocket(`${new URL(service.url).origin.replace('http', 'ws')}/rpc`, { headers })
    await once(socket, 'open')
    revokeToken(workspace, 'bob')
    expect(await once(socket, 'close')).toEqual([1008, Buffer.from('the token was revoked')])
    await expect(client.call('system.ping', {})).rejects.toMatchObject({ code: 'unavailable' })
    expect((await fetch(`${new URL(service.url).origin}/session`, { headers })).status).toBe(401)
  })

  it('keep a browser signed in with a cookie of their own', async () => {
    const { token } = addToken(workspace, 'eve', 'look')
    const { origin } = new URL(service.url)
    const signIn = (body: string): Promise<Response> => fetch(`${origin}/session`, { method: 'POST', body })
    const cookies = await Promise.all(
      [token, service.token].map(async (each) => (await signIn(each)).headers.getSetCookie()[0]?.split(';')[0] ?? ''),
    )
    expect(new Set(cookies).size).toBe(2)
    const status = async (cookie: string): Promise<number> =>
      (await fetch(`${origin}/session`, { headers: { cookie } })).status
    expect(await status(cookies[0] ?? '')).toBe(204)
    revokeToken(workspace, 'eve')
    expect([await status(cookies[0] ?? ''), await status(cookies[1] ?? '')]).toEqual([401, 204])
  })

  it('let nobody in from a damaged file; the printed token still holds', async () => {
    const { token } = addToken(workspace, 'kim', 'work')
    const settings = readAccess(workspace)
    writeFileSync(accessFile(workspace), '{"tokens": [')
    expect(() => readAccess(workspace)).toThrow(/is damaged/)
    await expect(clientOf(service.url, token)).rejects.toThrow(/401/)
    await (await clientOf(service.url, service.token)).call('system.ping', {})
    writeAccess(workspace, settings)
    await (await clientOf(service.url, token)).call('system.ping', {})
  })
})

describe('a read-only token', () => {
  it('sees everything and changes nothing', async () => {
    const onlooker = await clientOf(service.url, addToken(workspace, 'viewer', 'look').token)
    expect(await onlooker.call('versions.list', {})).toEqual([])
    expect(await onlooker.call('access.get', {})).toMatchObject({ name: 'viewer', rights: 'look' })
    const params: Partial<Record<ProcedureName, unknown>> = {
      'runs.start': { recipe: { name: 'x', steps: [{ step: 'evaluate', version: 'v', dataset: 'd' }] } },
      'versions.update': { version: 'v', name: 'renamed' },
      'versions.remove': { version: 'v' },
      'uploads.begin': { fileName: 'a', sizeBytes: 1 },
      'runtime.install': {},
    }
    for (const [name, given] of Object.entries(params))
      await expect(onlooker.call(name as 'runs.start', given as never)).rejects.toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining('read-only'),
      })
  })

  it('has its place in the rights of every procedure', () => {
    expect(Object.keys(procedureRights).sort()).toEqual(Object.keys(contract).sort())
  })
})

describe('TLS', () => {
  it('is spoken with a certificate, and its cookies are for it alone', async () => {
    const tls = { cert: readFileSync(pem('cert'), 'utf8'), key: readFileSync(pem('key'), 'utf8') }
    const secure = await startLocalService({ workspace: join(root, 'secure'), tls })
    expect(secure.url).toMatch(/^https:/)
    const url = new URL('/session', secure.url)
    const request = secureRequest(url, { ca: tls.cert, method: 'POST', headers: { origin: url.origin } })
    request.end(secure.token)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect([response.statusCode, response.headers['set-cookie']?.[0]]).toEqual([
      204,
      expect.stringMatching(/; Secure$/),
    ])
    const socket = new WebSocket(`${url.origin.replace('https', 'wss')}/rpc`, {
      ca: tls.cert,
      headers: { authorization: `Bearer ${secure.token}` },
    })
    await once(socket, 'open')
    socket.terminate()
    await secure.close()
  })

  it('needs both files, and a network without it is warned of', async () => {
    const serve = (...flags: readonly string[]) =>
      cli(['serve', '--port', '0', ...flags], {
        workspace: join(root, 'flags'),
        onStderr: (text, child) => void (text.includes('warning:') && child.kill('SIGTERM')),
      })
    expect((await serve('--tls-cert', pem('cert'))).stderr).toMatch(/both --tls-cert and --tls-key/)
    expect((await serve('--origin', 'studio')).stderr).toMatch(/expected an address such as/)
    expect((await serve('--allow', join(root, 'missing'))).stderr).toMatch(/is not a folder/)
    expect((await serve('--host', '0.0.0.0')).stderr).toMatch(/reachable from the network without encryption/)
  })
})

describe('a proxy that the owner names', () => {
  const guard = createGuard({
    bound: '127.0.0.1',
    port: 4870,
    isSecure: false,
    origins: ['https://studio.example.org'],
  })
  const request = (headers: Readonly<Record<string, string>>): IncomingMessage =>
    ({ headers, socket: { remoteAddress: '127.0.0.1' } }) as object as IncomingMessage

  const cases: readonly (readonly [headers: Readonly<Record<string, string>>, refused: RegExp | undefined])[] = [
    [{ host: 'studio.example.org', origin: 'https://studio.example.org' }, undefined],
    [{ host: 'studio.example.org' }, undefined],
    [{ host: 'studio.example.org', origin: 'http://studio.example.org' }, /origin/],
    [{ host: 'other.example.org', origin: 'https://other.example.org' }, /host/],
    [{ host: '127.0.0.1:4870', origin: 'https://studio.example.org' }, /origin/],
    [{ host: '127.0.0.1:4870', origin: 'http://127.0.0.1:4870' }, undefined],
  ]
  it.each(cases)('%j', (headers, refused) => {
    expect(guard.refusal(request(headers)) ?? '').toMatch(refused ?? /^$/)
  })

  it('says whom it speaks for; nobody else is believed', () => {
    const forwarded = { 'x-forwarded-for': '10.0.0.9, 192.0.2.7' }
    expect(guard.clientOf(request({ host: 'studio.example.org', ...forwarded }))).toBe('192.0.2.7')
    expect(guard.clientOf(request({ host: '127.0.0.1:4870', ...forwarded }))).toBe('127.0.0.1')
    expect(guard.isSecure(request({ host: 'studio.example.org' }))).toBe(true)
    expect(guard.isSecure(request({ host: '127.0.0.1:4870' }))).toBe(false)
  })
})
