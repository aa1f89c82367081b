import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isNewer } from '../../src/main/updates/release'
import { downloadFile, findUpdate } from '../../src/main/updates/source'
import { temporaryFolder } from '../helpers/temporary'

const keys = generateKeyPairSync('ed25519')
const others = generateKeyPairSync('ed25519')
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const folder = temporaryFolder('updates')
const installer = Buffer.from('the installer of 1.2.0')
const file = {
  name: 'nnopt-studio_1.2.0_amd64.deb',
  platform: 'linux',
  arch: 'x64',
  sizeBytes: installer.length,
  sha512: createHash('sha512').update(installer).digest('hex'),
}

/** What the server answers, by path. */
const published = new Map<string, Buffer>()
let server: Server
let feed = ''
const publish = (release: unknown, key = keys.privateKey): void => {
  const text = Buffer.from(JSON.stringify(release))
  published.set('/latest.json', text).set('/latest.json.sig', sign(null, text, key))
}
const find = (current: string) => findUpdate({ feed, publicKey }, current, fetch)
const download = (wanted = file) => downloadFile({ feed, publicKey }, wanted, folder, fetch)

beforeAll(async () => {
  server = createServer(({ url = '' }, answer) => {
    const body = published.get(url)
    answer.writeHead(body ? 200 : 404).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  feed = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe('updates', () => {
  it('finds a newer release, and none where this is the latest', async () => {
    publish({ version: '1.2.0', files: [file] })
    expect(await find('1.1.9')).toEqual({ version: '1.2.0', files: [file] })
    expect(await find('1.2.0')).toBeUndefined()
    expect(await find('1.10.0')).toBeUndefined()
  })

  it('refuses a release that another key signed, or that was changed', async () => {
    publish({ version: '9.0.0', files: [file] }, others.privateKey)
    await expect(find('1.0.0')).rejects.toThrow('signature')
    publish({ version: '1.2.0', files: [file] })
    published.set('/latest.json', Buffer.from(JSON.stringify({ version: '9.0.0', files: [file] })))
    await expect(find('1.0.0')).rejects.toThrow('signature')
  })

  it.each([
    { version: 'latest', files: [] },
    { version: '1.2.0' },
    { version: '1.2.0', files: [{ ...file, name: '../x' }] },
  ])('refuses the format of %j', async (release) => {
    publish(release)
    await expect(find('1.0.0')).rejects.toThrow('format')
  })

  it('says what the server answered', async () => {
    published.clear()
    await expect(find('1.0.0')).rejects.toThrow('answered 404')
  })

  it('downloads what was signed', async () => {
    published.set(`/${file.name}`, installer)
    expect(readFileSync(await download())).toEqual(installer)
  })

  it.each([Buffer.from('another installer 1.2.'), Buffer.concat([installer, installer]), Buffer.alloc(0)])(
    'keeps nothing of another file',
    async (body) => {
      published.set(`/other.deb`, body)
      await expect(download({ ...file, name: 'other.deb' })).rejects.toThrow('other.deb is')
      expect(existsSync(join(folder, 'other.deb'))).toBe(false)
      expect(readdirSync(folder)).not.toContain('other.deb.partial')
    },
  )
})

describe('versions', () => {
  it.each([
    ['1.10.0', '1.9.2', true],
    ['1.9.2', '1.10.0', false],
    ['2.0.0', '1.9.9', true],
    ['1.2.3', '1.2.3', false],
  ])('%s after %s: %s', (version, than, newer) => expect(isNewer(version, than)).toBe(newer))
})
