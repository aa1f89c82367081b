import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { missingReason } from '../../src/node/backends/tensorflow/load'
import { manifestOf, readManifest, runtimePaths } from '../../src/node/backends/tensorflow/runtimePaths'
import { cpuLevel } from '../../src/node/backends/tensorflow/cpuLevel'
import { cudaRequirements } from '../../src/node/backends/tensorflow/install/cuda'
import { download } from '../../src/node/backends/tensorflow/install/download'
import { findPackageIndex, findWheel } from '../../src/node/backends/tensorflow/install/packageIndex'
import { bringPrebuilt } from '../../src/node/backends/tensorflow/install/prebuilt'
import { run } from '../../src/node/backends/tensorflow/install/run'
import { assertForThisMachine, assertGpu, explainFullDisk } from '../../src/node/backends/tensorflow/install/troubles'
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

describe('troubles of an installation', () => {
  const elf = (machine: number): Buffer => {
    const header = Buffer.alloc(64)
    header.write('\u007fELF', 'latin1')
    header.writeUInt16LE(machine, 18)
    return header
  }
  const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 }
  const other = process.arch === 'arm64' ? 'x64' : 'arm64'

  it('takes a library of this machine', async () => {
    await writeFile(join(folder, 'a.so'), elf(machines[process.arch]!))
    await expect(assertForThisMachine(join(folder, 'a.so'), '/x/a.whl')).resolves.toBeUndefined()
  })

  it.each([
    { what: 'another processor', bytes: elf(machines[other]!), got: other },
    { what: 'another system', bytes: Buffer.from('MZ, and so on, for a while'), got: 'another system' },
    { what: 'an empty file', bytes: Buffer.alloc(0), got: 'another system' },
  ])('refuses a library of $what', async ({ bytes, got }) => {
    await writeFile(join(folder, 'a.so'), bytes)
    await expect(assertForThisMachine(join(folder, 'a.so'), '/x/a.whl')).rejects.toMatchObject({
      code: 'badInput',
      message: expect.stringMatching(new RegExp(`^'a.whl': expected a wheel for .*, got one for ${got};`)),
    })
  })

  it('puts a full disk in words, and nothing else', () => {
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
    expect(explainFullDisk(full, '/r')).toMatchObject({
      code: 'storage',
      message: expect.stringContaining("the disk of '/r' is full (ENOSPC)"),
    })
    const other = Object.assign(new Error('write'), { code: 'EACCES' })
    expect(explainFullDisk(other, '/r')).toBe(other)
  })

  it('says what is missing when CUDA was asked for and the CPU computed', () => {
    expect(() => assertGpu(true, false)).toThrow(/found no GPU.*driver/)
    expect(() => assertGpu(false, false)).not.toThrow()
    expect(() => assertGpu(true, true)).not.toThrow()
  })

  it('names the program that could not be started, and shows the end of what a failed one said', async () => {
    await expect(run('no-such-compiler', [])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining("'no-such-compiler' could not be started"),
    })
    await expect(run(process.execPath, ['-e', 'console.error("no headers"); process.exit(3)'])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/failed \(3\):\nno headers/),
    })
  })
})

it('cudaRequirements reads both spellings of a requirement', () => {
  const metadata =
    'Requires-Dist: numpy>=1.26\nRequires-Dist: nvidia-cublas-cu12 ==12.5.3.2 ; extra == \'and-cuda\'\nRequires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"\n'
  expect(cudaRequirements(metadata)).toEqual([
    { name: 'nvidia-cublas-cu12', version: '12.5.3.2' },
    { name: 'nvidia-cudnn-cu12', version: '9.3.0.75' },
  ])
})

it('cpuLevel takes the best level whose instructions are all there', () => {
  const v3 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe']
  expect(cpuLevel([])).toBe('base')
  expect(cpuLevel(v3)).toBe('x86-64-v3')
  expect(cpuLevel([...v3, 'avx512f'])).toBe('x86-64-v3')
  const v4 = [...v3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']
  expect(cpuLevel(v4)).toBe('x86-64-v4')
  expect([cpuLevel(v4, 'x86-64-v3'), cpuLevel(v4, 'base'), cpuLevel([], 'x86-64-v3')]).toEqual([
    'x86-64-v3',
    'base',
    'base',
  ])
  expect(() => cpuLevel(v4, 'avx9')).toThrow("NNOPT_CPU_LEVEL: expected one of x86-64-v4, x86-64-v3, base, got 'avx9'")
})

describe('a runtime of another version of the program', () => {
  it('is not used, and it is said why', async () => {
    const older = join(folder, 'older')
    const place = runtimePaths(older)
    await mkdir(place.root, { recursive: true })
    await writeFile(place.manifest, JSON.stringify({ ...manifestOf(false), operations: 1 }))
    expect(readManifest(older)).toBeUndefined()
    expect(missingReason(older)).toContain("reinstall it with 'nnopt runtime tensorflow'")
    expect(missingReason(join(folder, 'nothing'))).toContain('is not installed')
    await writeFile(place.manifest, JSON.stringify(manifestOf(false)))
    expect(readManifest(older)).toEqual(manifestOf(false))
  })
})

describe('the addon that an installed program carries', () => {
  async function carry(manifest: string): Promise<string> {
    const carried = join(folder, 'carried')
    await mkdir(join(carried, 'tfjs-node', 'dist'), { recursive: true })
    await writeFile(join(carried, 'manifest.json'), manifest)
    for (const file of ['tfjs_binding.node', 'nnopt_operations_base.node', 'tfjs-node/dist/a.js', 'notes.txt'])
      await writeFile(join(carried, file), file)
    return carried
  }

  it('takes the place of a compilation', async () => {
    const place = runtimePaths(join(folder, 'runtime'))
    expect(await bringPrebuilt(place, await carry(JSON.stringify(manifestOf(false))))).toBe(true)
    expect((await readdir(place.root)).sort()).toEqual(['nnopt_operations_base.node', 'tfjs-node', 'tfjs_binding.node'])
    expect(await readFile(join(place.tfjsNode, 'dist', 'a.js'), 'utf8')).toBe('tfjs-node/dist/a.js')
  })

  it.each([
    ['for another version of the library', { tensorflow: '2.1.0' }],
    ['with operations of another version', { operations: 1 }],
    ['for another system', { platform: 'plan9' }],
    ['for another processor', { arch: 'mips' }],
  ])('is left where it lies when it is %s', async (_name, other) => {
    expect(
      await bringPrebuilt(
        runtimePaths(join(folder, 'runtime')),
        await carry(JSON.stringify({ ...manifestOf(false), ...other })),
      ),
    ).toBe(false)
  })

  it('need not be there', async () => {
    expect(await bringPrebuilt(runtimePaths(join(folder, 'runtime')), join(folder, 'nothing'))).toBe(false)
  })
})
