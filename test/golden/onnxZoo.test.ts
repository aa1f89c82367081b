import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Graph } from '../../src/core/graph/graph'
import { readOnnx, writeOnnx } from '../../src/core/onnx'
import { executorLogits, relativeError, runtimeLogits, trainOnce, useWasm } from './onnxRun'
import type { Images } from './onnxRun'

/** The folder that scripts/export_zoo.py filled; without NNOPT_ZOO these tests are skipped. */
const folder = process.env.NNOPT_ZOO ?? ''
const listing = join(folder, 'zoo.json')
const available = folder !== '' && existsSync(listing)

interface ZooCase {
  readonly file: string
  readonly half: boolean
  readonly logits: readonly number[]
}

interface Zoo {
  readonly shape: readonly number[]
  readonly classes: number
  readonly cases: readonly ZooCase[]
}

const zoo: Zoo = available ? (JSON.parse(readFileSync(listing, 'utf8')) as Zoo) : { shape: [], classes: 0, cases: [] }
/** Shares of the largest logit. A half-precision file computes in halves; read, it computes in float32. */
const limits = { roundTrip: 1e-4, executor: 1e-3, half: 2e-2 } as const

function zooImages(): Images {
  const bytes = readFileSync(join(folder, 'images.f32'))
  return {
    shape: zoo.shape,
    data: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
  }
}

const read = (file: string): Graph =>
  readOnnx(readFileSync(join(folder, file)), {
    fileName: file,
    externalData: (location) => readFileSync(join(folder, location)),
  })

beforeAll(useWasm)

describe.skipIf(!available)('exported architectures (NNOPT_ZOO)', () => {
  it.each(zoo.cases)('$file', async ({ file, half, logits }) => {
    const images = zooImages()
    const graph = read(file)
    const written = writeOnnx(graph)
    const roundTrip = relativeError(await runtimeLogits(written, images), logits)
    const executed = relativeError(executorLogits(graph, images), logits)
    console.log(
      `zoo ${file} nodes ${graph.nodes.length} roundTrip ${roundTrip.toExponential(1)} executor ${executed.toExponential(1)}`,
    )
    expect(roundTrip).toBeLessThan(half ? limits.half : limits.roundTrip)
    expect(executed).toBeLessThan(half ? limits.half : limits.executor)
    expect(Buffer.compare(writeOnnx(readOnnx(written, { fileName: file })), written)).toBe(0)
  })

  it.each(zoo.cases.filter(({ file }) => file.endsWith('-ts17.onnx')))(
    '$file can be trained through',
    { timeout: 240_000 },
    ({ file }) => {
      const { missing, notFinite, leaked } = trainOnce(read(file), zooImages(), zoo.classes)
      expect({ missing, notFinite, leaked }).toEqual({ missing: [], notFinite: [], leaked: 0 })
    },
  )
})
