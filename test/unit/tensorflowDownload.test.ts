import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { download } from '../../src/node/backends/tensorflow/install/download'
import { findPackageIndex, findWheel } from '../../src/node/backends/tensorflow/install/packageIndex'
import { unzip } from '../../src/node/backends/tensorflow/install/unzip'

let folder = ''
let server: Server | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nnopt-install-'))
})
afterEach(async () => {
  server?.close()
  server = undefined
  await rm(folder, { recursive: true })
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const created = createServer(answer)
  server = created
  await new Promise<void>((resolve) => {
    created.listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(created.address() as AddressInfo).port}`
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))

/** Serves `content` with ranges and records what was asked. */
async function serveContent(asked: (string | undefined)[]): Promise<string> {
  return serve((request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    asked.push(request.headers.range)
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start }).end(content.subarray(start))
  })
}

describe('download', () => {
  it('reports bytes that only grow, checks the sha256 and leaves one file', async () => {
    const url = await serveContent([])
    const seen: number[] = []
    const file = await download({ fileName: 'a.whl', url, sha256: sha256(content) }, folder, {
      onProgress: ({ doneBytes }) => seen.push(doneBytes ?? 0),
    })
    expect(await readFile(file)).toEqual(content)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.at(-1)).toBe(content.length)
  })

  it('continues an interrupted download', async () => {
    const asked: (string | undefined)[] = []
    const url = await serveContent(asked)
    await writeFile(join(folder, 'a.whl.part'), content.subarray(0, 60_000))
    const file = await download({ fileName: 'a.whl', url, sha256: sha256(content) }, folder, { onProgress: () => {} })
    expect(asked).toEqual(['bytes=60000-'])
    expect(await readFile(file)).toEqual(content)
  })

  it('does not ask again for a file that is complete', async () => {
    await writeFile(join(folder, 'a.whl'), content)
    await expect(
      download({ fileName: 'a.whl', url: 'http://127.0.0.1:1', sha256: sha256(content) }, folder, {
        onProgress: () => {},
      }),
    ).resolves.toBe(join(folder, 'a.whl'))
  })

  it('refuses and removes a file with another sha256', async () => {
    const url = await serveContent([])
    const attempt = download({ fileName: 'a.whl', url, sha256: sha256(Buffer.from('other')) }, folder, {
      onProgress: () => {},
    })
    await expect(attempt).rejects.toMatchObject({ code: 'badInput', message: expect.stringContaining("'a.whl'") })
    await expect(readFile(join(folder, 'a.whl.part'))).rejects.toThrow('ENOENT')
  })
})

describe('package index', () => {
  const name = 'pkg_cpu-1.2.0-cp311-cp311-manylinux2014_x86_64.whl'
  const tag = /manylinux.*x86_64/

  it('reads the JSON form', async () => {
    const index = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' })
      response.end(
        JSON.stringify({
          files: [
            { filename: 'pkg_cpu-1.2.0-win.whl', url: 'x', hashes: {} },
            { filename: name, url: '../files/a.whl', hashes: { sha256: 'ab' } },
          ],
        }),
      )
    })
    expect(await findWheel(`${index}/simple`, { name: 'pkg-cpu', version: '1.2.0' }, tag)).toEqual({
      fileName: name,
      url: `${index}/simple/files/a.whl`,
      sha256: 'ab',
    })
  })

  it('reads the HTML form, with the hash in the fragment', async () => {
    const hash = 'c'.repeat(64)
    const index = await serve((_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<a class="x" href="/f/${name}#sha256=${hash}">${name}</a>`)
    })
    expect(await findWheel(index, { name: 'pkg-cpu', version: '1.2.0' }, tag)).toEqual({
      fileName: name,
      url: `${index}/f/${name}`,
      sha256: hash,
    })
  })

  it('says what it looked for when nothing fits', async () => {
    const index = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('')
    })
    await expect(findWheel(index, { name: 'pkg', version: '9' }, tag)).rejects.toMatchObject({
      code: 'notFound',
      message: expect.stringContaining('pkg 9'),
    })
  })

  it('prefers the address that is given', async () => {
    expect(await findPackageIndex('http://127.0.0.1/simple')).toBe('http://127.0.0.1/simple')
  })
})

describe('unzip', () => {
  it('extracts what is wanted and nothing else', async () => {
    const archive = join(folder, 'a.zip')
    await writeFile(archive, zipSync({ 'lib/a.so': new Uint8Array([1, 2]), 'lib/b.py': new Uint8Array([3]) }))
    expect(await unzip(archive, join(folder, 'out'), (entry) => entry.endsWith('.so'))).toEqual(['lib/a.so'])
    expect([...(await readFile(join(folder, 'out', 'lib', 'a.so')))]).toEqual([1, 2])
  })

  it('refuses an entry that leaves the folder', async () => {
    const archive = join(folder, 'a.zip')
    await writeFile(archive, zipSync({ '../a.so': new Uint8Array([1]) }))
    await expect(unzip(archive, join(folder, 'out'), () => true)).rejects.toThrow('../a.so')
  })

  it('refuses a file that is no archive', async () => {
    await writeFile(join(folder, 'a.zip'), 'text')
    await expect(unzip(join(folder, 'a.zip'), folder, () => true)).rejects.toMatchObject({ code: 'badInput' })
  })
})
