import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planEpoch } from '../../src/core/data/batchPlan'
import { addDataset, createDataPool, downloadCifar10, openDataset } from '../../src/node/datasets'
import type { DatasetRecord } from '../../src/node/datasets'
import { writeImageFolder } from '../helpers/images'
import { temporaryFolder } from '../helpers/temporary'

const root = temporaryFolder('datasets')
let next = 0
const add = (path: string | readonly string[], seed = 0): Promise<DatasetRecord> =>
  addDataset({ name: 'colours', path, seed, folder: join(root, `added-${next++}`) })

const classes = ['blue', 'green', 'red'] as const
let source: string
beforeAll(async () => {
  source = await writeImageFolder(join(root, 'source'), { perClass: { train: 12, test: 4 } })
})

const filesOf = (folder: string, split: string): readonly (readonly [string, Uint8Array])[] =>
  classes.flatMap((name) =>
    Array.from(
      { length: split === 'train' ? 12 : 4 },
      (_, index) => [`${split}/${name}/${index}.png`, readFileSync(join(folder, split, name, `${index}.png`))] as const,
    ),
  )

async function writeTar(file: string, entries: readonly (readonly [string, Uint8Array])[]): Promise<string> {
  const archive = pack()
  const chunks: Buffer[] = []
  archive.on('data', (chunk) => chunks.push(chunk as Buffer))
  for (const [name, bytes] of entries) archive.entry({ name }, Buffer.from(bytes))
  archive.finalize()
  await new Promise<void>((resolve) => archive.on('end', () => resolve()))
  writeFileSync(file, gzipSync(Buffer.concat(chunks)))
  return file
}

describe('adding a dataset', () => {
  it('makes a validation split out of train, the same for the same seed wherever the images lie', async () => {
    const [first, again, other] = [await add(source), await add(source), await add(source, 1)]
    expect(first.counts).toMatchObject({ test: 12 })
    expect(first.counts.val).toBeGreaterThan(0)
    expect(first.counts.train + first.counts.val).toBe(36)
    expect(again.hash).toBe(first.hash)
    expect(other.hash).not.toBe(first.hash)
    for (const name of classes) expect(first.perClass[name]!.val).toBeGreaterThan(0)
  })

  it('reads tar.gz, zip and several archives as it reads the folder', async () => {
    const tar = await writeTar(join(root, 'all.tar.gz'), [...filesOf(source, 'train'), ...filesOf(source, 'test')])
    const zip = join(root, 'all.zip')
    writeFileSync(zip, zipSync(Object.fromEntries([...filesOf(source, 'train'), ...filesOf(source, 'test')])))
    const parts = [
      await writeTar(join(root, 'train.tar.gz'), filesOf(source, 'train')),
      await writeTar(join(root, 'test.tar.gz'), filesOf(source, 'test')),
    ]
    const folder = await add(source)
    for (const path of [tar, zip, parts]) expect((await add(path)).counts).toEqual(folder.counts)
  })

  it('splits one folder of classes by the seed', async () => {
    const flat = join(await writeImageFolder(join(root, 'one'), { perClass: { pictures: 12 } }), 'pictures')
    const { counts } = await add(flat)
    expect(counts.train + counts.val + counts.test).toBe(36)
    expect(Math.min(counts.train, counts.val, counts.test)).toBeGreaterThan(0)
  })

  it('reports an unreadable image by its path, and leaves it out', async () => {
    const folder = await writeImageFolder(join(root, 'damaged'), { perClass: { train: 6, test: 2 } })
    writeFileSync(join(folder, 'train', 'red', 'broken.png'), 'not an image')
    const record = await add(folder)
    expect(record.counts.train + record.counts.val).toBe(18)
    expect(record.problems).toEqual([
      { path: expect.stringContaining('train/red/broken.png'), reason: expect.any(String) },
    ])
  })

  it('refuses a path that climbs out of the archive', async () => {
    const archive = await writeTar(join(root, 'climbing.tar.gz'), [
      ['../../outside/red/0.png', readFileSync(join(source, 'train', 'red', '0.png'))],
    ])
    await expect(add(archive)).rejects.toMatchObject({ code: 'badInput' })
    expect(existsSync(join(root, '..', 'outside'))).toBe(false)
  })

  const bad: readonly {
    readonly name: string
    readonly make: () => Promise<string> | string
    readonly message: RegExp
  }[] = [
    { name: 'a path that is not there', make: () => join(root, 'nowhere'), message: /nowhere/ },
    { name: 'an empty folder', make: () => emptyFolder('empty'), message: /empty/ },
    { name: 'a class without images', make: classWithoutImages, message: /green/ },
    { name: 'a file that is no archive', make: () => textFile('notes.zip'), message: /notes\.zip/ },
    { name: 'an archive that is cut short', make: truncatedArchive, message: /short\.tar\.gz/ },
  ]

  it.each(bad)('refuses $name, and leaves nothing behind', async ({ make, message }) => {
    const folder = join(root, `refused-${next++}`)
    await expect(addDataset({ name: 'bad', path: await make(), seed: 0, folder })).rejects.toThrow(message)
    expect(existsSync(folder) || existsSync(`${folder}.adding`)).toBe(false)
  })
})

function emptyFolder(name: string): string {
  mkdirSync(join(root, name), { recursive: true })
  return join(root, name)
}

async function classWithoutImages(): Promise<string> {
  const folder = await writeImageFolder(join(root, 'hollow'), { perClass: { train: 3, test: 1 } })
  rmSync(join(folder, 'train', 'green'), { recursive: true })
  mkdirSync(join(folder, 'train', 'green'))
  return folder
}

function textFile(name: string): string {
  writeFileSync(join(root, name), 'just text')
  return join(root, name)
}

async function truncatedArchive(): Promise<string> {
  const whole = await writeTar(join(root, 'whole.tar.gz'), filesOf(source, 'train'))
  writeFileSync(join(root, 'short.tar.gz'), readFileSync(whole).subarray(0, 2000))
  return join(root, 'short.tar.gz')
}

describe('the data workers', () => {
  const mode = {
    kind: 'train',
    augment: [
      { id: 'random-crop', params: { padding: 2 } },
      { id: 'horizontal-flip', params: {} },
    ],
    size: { width: 16, height: 16 },
    seed: 3,
  } as const

  async function epoch(record: DatasetRecord, workers: number): Promise<readonly string[]> {
    const pool = createDataPool(record, { workers })
    const digests: string[] = []
    try {
      const samples = (await openDataset(record)).size('train')
      for await (const { images, labels } of pool.batches(
        planEpoch({ split: 'train', samples, batchSize: 8, epoch: 2, shuffleSeed: 1, mode }),
      )) {
        digests.push(createHash('sha256').update(images).update(labels).digest('hex'))
      }
      expect(pool.waitedShare()).toBeGreaterThanOrEqual(0)
    } finally {
      await pool.close()
    }
    return digests
  }

  it('give the same batches in the same order, however many they are', async () => {
    const record = await add(source)
    const [one, three] = [await epoch(record, 1), await epoch(record, 3)]
    expect(one.length).toBeGreaterThan(2)
    expect(three).toEqual(one)
  })
})

describe('downloading CIFAR-10', () => {
  const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))
  const checksum = { algorithm: 'md5', hex: createHash('md5').update(content).digest('hex') } as const
  const ranges: string[] = []
  let breakAfter = Infinity
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const [, from = '0'] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? []
    ranges.push(from)
    const rest = content.subarray(Number(from))
    response.writeHead(Number(from) > 0 ? 206 : 200, { 'content-length': rest.length })
    if (rest.length <= breakAfter) return response.end(rest)
    response.write(rest.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 50))
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => server.close())
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar.tar.gz`

  it('goes on where a broken connection ended, and checks the result', async () => {
    breakAfter = 60_000
    const folder = join(root, 'download')
    const path = await downloadCifar10({ folder, url: url(), checksum })
    expect(readFileSync(path).equals(content)).toBe(true)
    expect(ranges.length).toBeGreaterThan(1)
    expect(Number(ranges.at(-1))).toBeGreaterThan(0)
  })

  it('refuses a file whose checksum is wrong, and removes it', async () => {
    breakAfter = Infinity
    const folder = join(root, 'wrong')
    await expect(
      downloadCifar10({ folder, url: url(), checksum: { algorithm: 'md5', hex: '0'.repeat(32) } }),
    ).rejects.toThrow(/expected md5 0+, got a different hash/)
    expect(existsSync(join(folder, 'cifar-10-binary.tar.gz'))).toBe(false)
  })

  it('says that a server cannot be reached, and what to do', async () => {
    await expect(
      downloadCifar10({ folder: join(root, 'none'), url: 'http://127.0.0.1:9/x', checksum }),
    ).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('pass a local file') })
  })
})
