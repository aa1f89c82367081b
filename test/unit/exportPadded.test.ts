import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { padChannels } from '../../src/core/deploy/padChannels'
import type { Graph } from '../../src/core/graph/graph'
import { readOnnx, writeOnnx } from '../../src/core/onnx/index'
import { compareFiles } from '../../src/node/jobs/work/measure/checkPadding'
import type { PaddingCheck } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { noise } from '../helpers/quantized'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('export')
const workspace = join(folder, 'ws')

async function ask(...args: string[]): Promise<unknown> {
  const { code, json, stdout } = await cli([...args, '--json'], { workspace })
  expect(code, stdout).toBe(0)
  return json
}

const read = (file: string): Graph => readOnnx(readFileSync(file), { fileName: 'model.onnx' })

async function exported(version: string, ...flags: string[]): Promise<{ graph: Graph; padding: PaddingCheck | null }> {
  const out = join(folder, `${version}${flags.length}.onnx`)
  const { path, padding } = (await ask('export', version, '--out', out, ...flags)) as {
    path: string
    padding: PaddingCheck | null
  }
  expect(path).toBe(out)
  return { graph: read(out), padding }
}

const widths = ({ initializers }: Graph): readonly number[] =>
  [...initializers.values()].filter(({ shape }) => shape.length === 4).map(({ shape }) => shape[0]!)

describe('nnopt export --pad-channels', () => {
  it('pads on request only, and says on which images the file was seen to give the same scores', async () => {
    await ask('import', writeTinyModel(join(folder, 'odd.onnx'), { channels: 5 }), '--name', 'odd')
    const [plain, padded] = [await exported('odd'), await exported('odd', '--pad-channels')]
    expect(plain.padding).toBeNull()
    expect(widths(plain.graph).some((width) => width % 16 !== 0)).toBe(true)
    expect(widths(padded.graph).every((width) => width % 16 === 0)).toBe(true)
    // Nothing else is there: the sample that ships with the program.
    expect(padded.padding).toMatchObject({ agrees: true, dataset: 'sample', images: 64, top1Agreement: 1, unsafe: [] })
    expect(padded.padding?.largestDifference).toBeLessThan(1e-3 * (padded.padding?.largestScore ?? 0))
  })

  it('gives bit for bit the same scores for an int8 version, on images of its dataset', async () => {
    const images = await writeImageFolder(join(folder, 'images'), { perClass: { train: 8, val: 8, test: 2 } })
    await ask('dataset', 'add', 'colours', images)
    await ask('quantize', 'odd', '--dataset', 'colours', '--name', 'int8', '--calibration-samples', '8')
    const { graph, padding } = await exported('int8', '--pad-channels')
    expect(widths(graph).every((width) => width % 16 === 0)).toBe(true)
    expect(padding).toMatchObject({ agrees: true, dataset: 'colours', images: 24, largestDifference: 0 })
  })
})

describe('a padded file beside the original', () => {
  it('may not replace it when a score changes', async () => {
    const original = read(writeTinyModel(join(folder, 'plain.onnx'), { channels: 5 }))
    const { graph } = padChannels(original)
    const [name, weight] = [...graph.initializers].find(([, { shape }]) => shape.length === 4) ?? []
    if (name === undefined || weight === undefined) throw new Error('expected a convolution')
    const spoilt = { ...weight, data: weight.data.map((value, index) => (index === 0 ? value + 1 : value)) }
    const changed = { ...graph, initializers: new Map([...graph.initializers, [name, spoilt]]) }
    const batches = [{ images: noise(4, 16), shape: [4, 3, 16, 16] }]
    const [good, bad] = [
      await compareFiles(writeOnnx(original), writeOnnx(graph), batches),
      await compareFiles(writeOnnx(original), writeOnnx(changed), batches),
    ]
    expect([good.agrees, good.images]).toEqual([true, 4])
    expect(bad.agrees).toBe(false)
    expect(bad.largestDifference).toBeGreaterThan(good.largestDifference)
  })
})
