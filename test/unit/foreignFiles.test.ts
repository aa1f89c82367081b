import { createWriteStream, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { readForeign } from '../../src/node/foreign/readForeign'
import type { ForeignLimits } from '../../src/node/foreign/readForeign'
import { temporaryFolder } from '../helpers/temporary'
import { writeTinyModel } from '../helpers/models'

const folder = temporaryFolder('foreign')
const model = writeTinyModel(join(folder, 'tiny.onnx'))
const archive = join(folder, 'many.tar')
const limits: ForeignLimits = { silentMs: 60_000, memoryBytes: 2 ** 31, memoryPerByte: 6 }

beforeAll(async () => {
  const tar = pack()
  const written = pipeline(tar, createWriteStream(archive))
  for (let index = 0; index < 30_000; index++) tar.entry({ name: `train/${index % 2}/${index}.png` }, Buffer.from('x'))
  tar.finalize()
  await written
})

const readModel = (options: { readonly signal?: AbortSignal; readonly limits?: ForeignLimits } = {}) =>
  readForeign('model', { file: model, followLinks: true }, { what: `'${model}'`, ...options })

describe('a foreign file is read in a thread of its own', () => {
  it('a model comes back whole, with the names and numbers of files beside it', async () => {
    const classesFile = join(folder, 'classes.txt')
    writeFileSync(classesFile, 'cat\ndog\nowl\n')
    const params = { file: model, followLinks: true, classesFile, preprocessing: 'cifar' }
    const { graph, classes, preprocessing } = await readForeign('model', params, { what: 'the model' })
    expect(graph.initializers.size).toBeGreaterThan(0)
    expect(classes).toEqual(['cat', 'dog', 'owl'])
    expect(preprocessing).toMatchObject({ mean: expect.any(Array) })
  })

  it('what it refuses arrives as it was refused', async () => {
    const file = join(folder, 'missing.onnx')
    await expect(readForeign('model', { file, followLinks: true }, { what: 'it' })).rejects.toMatchObject({
      code: 'badInput',
      message: expect.stringContaining('cannot be read'),
    })
  })

  it('one that takes too long is given up', async () => {
    const reading = readForeign('sources', sourcesTo('slow'), { what: 'the set', limits: { ...limits, silentMs: 0 } })
    await expect(reading).rejects.toMatchObject({ code: 'badInput', message: /the set took more than 0 s to read/ })
  })

  it('one that needs too much memory is given up', async () => {
    const greedy = { ...limits, memoryBytes: 0 }
    const reading = readForeign('sources', sourcesTo('greedy'), { what: 'the set', limits: greedy })
    await expect(reading).rejects.toMatchObject({ code: 'badInput', message: /the set took more than 0 MiB of memory/ })
  })

  it('it ends when it is no longer wanted, before and while it reads', async () => {
    await expect(readModel({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
    const stop = new AbortController()
    const reading = readForeign('sources', sourcesTo('stopped'), {
      what: 'the set',
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
    expect(existsSync(join(folder, 'stopped.blob'))).toBe(true)
  })
})

const sourcesTo = (name: string) => ({ paths: [archive], followLinks: true, blob: join(folder, `${name}.blob`) })
