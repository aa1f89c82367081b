import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { BackendInfo } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('scores')
const scores = join(folder, 'trainingScores.json')
const before = { ...process.env }
// A runtime folder without TensorFlow: wasm alone is measured.
Object.assign(process.env, { NNOPT_RUNTIME: folder, NNOPT_CACHE: folder })
afterAll(() => void (process.env = before))

async function listed(...flags: readonly string[]): Promise<readonly BackendInfo[]> {
  const { code, json } = await cli(['backends', '--json', ...flags], { workspace: join(folder, 'workspace') })
  expect(code).toBe(0)
  return json as readonly BackendInfo[]
}

const wasmOf = (list: readonly BackendInfo[]): BackendInfo => list.find(({ id }) => id === 'wasm') as BackendInfo

describe('the list of backends', () => {
  it('says of each what it runs on, or why it does not', async () => {
    const list = await listed('--no-score')
    expect(list.map(({ id }) => id)).toEqual(['tensorflow', 'webgpu', 'wasm'])
    for (const { available, version, device, reason } of list)
      expect(available ? version && device : reason).toBeTruthy()
    expect(wasmOf(list)).toMatchObject({ score: null, isDefault: true })
    expect(wasmOf(list).memoryBytes).toBeGreaterThan(2 ** 28)
  })

  it('measures once, remembers it, and measures again when told to', async () => {
    const [first, second] = [wasmOf(await listed()).score, wasmOf(await listed()).score]
    expect(first?.imagesPerSecond).toBeGreaterThan(1)
    expect(first?.protocol).toContain('batch 32')
    expect(second).toEqual(first)
    writeFileSync(scores, readFileSync(scores, 'utf8').slice(0, 40))
    expect(wasmOf(await listed()).score?.measuredAt).not.toBe(first?.measuredAt)
  })
})
