import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { cacheKey, optimizedCache } from '../../src/node/inference/optimizedCache'
import { openSession } from '../../src/node/inference/openSession'
import { noise } from '../helpers/quantized'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'
import { atLeast } from '../../src/shared/atLeast'

const folder = temporaryFolder('optimized')
const model = writeTinyModel(join(folder, 'model.onnx'))

describe('sessions through the cache', () => {
  const place = join(folder, 'cache')
  beforeEach(() => {
    process.env.NNOPT_CACHE = place
  })
  const entries = (): readonly string[] =>
    readdirSync(join(place, 'optimized')).map((name) => join(place, 'optimized', name))

  async function answer(): Promise<readonly number[]> {
    const session = await openSession(model, { threads: 1 })
    const { outputs } = await session.run({ images: noise(2, 16), shape: [2, 3, 16, 16] })
    await session.release()
    return [...Object.values(outputs)[0]!.data]
  }

  it('write the graph once, read it from then on, and answer the same', async () => {
    const first = await answer()
    const [entry] = atLeast(1, entries())
    utimesSync(entry, new Date(0), new Date(0))
    expect(await answer()).toEqual(first)
    expect(entries()).toEqual([entry])
    expect(statSync(entry).mtimeMs).toBeGreaterThan(0)
  })

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    [
      'changed in one place',
      (bytes: Buffer) => Buffer.from(bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 255 : byte))),
    ],
    ['empty', () => Buffer.alloc(0)],
  ])('make an entry anew that was %s', async (_, damage) => {
    const expected = await answer()
    const [entry] = atLeast(1, entries())
    const damaged = damage(readFileSync(entry))
    writeFileSync(entry, damaged)
    expect(await answer()).toEqual(expected)
    // onnxruntime does not write a graph twice in the same bytes, hence not under the same name.
    expect(entries()).toHaveLength(1)
    expect(readFileSync(entries()[0]!).equals(damaged)).toBe(false)
    expect(await optimizedCache().find(await cacheKey(model))).toBe(entries()[0])
  })

  it('work where the cache cannot be written', async () => {
    const expected = await answer()
    const blocked = join(folder, 'blocked')
    writeFileSync(blocked, 'a file where the folder should be')
    process.env.NNOPT_CACHE = blocked
    expect(await answer()).toEqual(expected)
  })

  it('say what is wrong with a model, not with the cache', async () => {
    const broken = join(folder, 'broken.onnx')
    writeFileSync(broken, 'no model')
    await expect(openSession(broken, { threads: 1 })).rejects.toThrow(`onnxruntime cannot load '${broken}'`)
    await expect(openSession(join(folder, 'missing.onnx'), { threads: 1 })).rejects.toThrow('missing.onnx')
    expect(entries()).toHaveLength(1)
  })
})

describe('the cache of optimized graphs', () => {
  it('tells models and settings apart', async () => {
    const other = writeTinyModel(join(folder, 'other.onnx'), { seed: 1 })
    const keys = [
      await cacheKey(model),
      await cacheKey(other),
      await cacheKey(model, { 'session.x64quantprecision': '1' }),
    ]
    expect(new Set(keys).size).toBe(3)
    expect(await cacheKey(model)).toBe(keys[0])
  })

  it('removes what was not used for longest, and drafts of processes that ended', async () => {
    const place = join(folder, 'bounded')
    const cache = optimizedCache(place, 250)
    mkdirSync(place)
    const abandoned = join(place, 'old.draft')
    writeFileSync(abandoned, 'half')
    utimesSync(abandoned, new Date(0), new Date(0))
    const put = async (key: string, usedAt: Date): Promise<string> => {
      const draft = await cache.draft()
      writeFileSync(draft, key.repeat(100))
      utimesSync(draft, usedAt, usedAt)
      await cache.keep(key, draft)
      return key
    }
    const now = Date.now()
    await put('a', new Date(now - 3000))
    await put('b', new Date(now - 2000))
    const used = await cache.find('a')
    await put('c', new Date(now - 1000))
    expect(used).toBeDefined()
    expect(existsSync(used ?? '')).toBe(true)
    expect([await cache.find('b'), existsSync(abandoned)]).toEqual([undefined, false])
    expect(await cache.find('c')).toBeDefined()
  })
})
