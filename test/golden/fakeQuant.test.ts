import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fixedFakeQuant, learnedFakeQuant } from '../../src/core/execute/fakeQuantStep'
import type { Operator } from '../../src/core/ops/operator'
import { backends } from '../../src/node/backends/index'
import { inScope } from '../helpers/inScope'
import type { RunningBackend } from '../../src/node/backends/index'

const numbers = z.array(z.number())
const result = z.object({ y: numbers, dx: numbers })
const schema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      shape: numbers,
      qmin: z.number(),
      qmax: z.number(),
      scale: numbers,
      zeroPoint: numbers,
      fixed: result,
      learned: result.extend({ dLogScale: numbers }),
    }),
  ),
})

/** Made by test/golden/scripts/fake-quant.py with torch 2.13.0. */
const golden = schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'fake-quant.json'), 'utf8')))

/** Seeded values in −scale … scale, the same as in the script. */
function uniforms(seed: number, shape: readonly number[], scale = 1): tf.Tensor {
  let state = seed
  const size = shape.reduce((product, dim) => product * dim, 1)
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1
  return tf.tensor(
    Float32Array.from({ length: size }, () => Math.fround(next()) * scale),
    [...shape],
    'float32',
  )
}

/** Share of the values that lie apart: torch multiplies by 1 / scale and so rounds a tie in a million to the other side. */
async function apart(actual: tf.Tensor | undefined, expected: readonly number[]): Promise<number> {
  const got = (await actual?.data()) ?? []
  expect(got.length).toBe(expected.length)
  return (
    expected.filter((value, index) => Math.abs(value - got[index]!) > 2e-5 * (1 + Math.abs(value))).length /
    expected.length
  )
}

function run(
  operator: Operator,
  { shape, qmin, qmax, scale, zeroPoint }: (typeof golden)['cases'][number],
  scales: readonly number[],
): readonly (tf.Tensor | undefined)[] {
  const inputs = [uniforms(1, shape, 3), tf.tensor1d([...scales]), tf.tensor1d(zeroPoint)]
  const node = {
    name: 'x',
    op: operator.id,
    inputs: ['x', 'scale', 'zeroPoint'],
    outputs: ['y'],
    attributes: { qmin, qmax },
  }
  const context = {
    node,
    attributes: {},
    shapes: [],
    outputShapes: [],
    physicalShapes: [],
    channelsLast: true,
    constant: () => undefined,
    axisOf: (axis: number) => axis,
    inputs,
  }
  const [y] = operator.forward({ ...context, training: true, save: () => undefined, updateStatistic: () => undefined })
  const gradients =
    operator.gradient?.({ ...context, outputs: [y], saved: [], dOutputs: [uniforms(2, shape)], wants: () => true }) ??
    []
  expect(scale).toHaveLength(scales.length)
  return [y, ...gradients]
}

const available = new Map(
  await Promise.all(
    backends.list().map(async (backend) => [backend.id, (await backend.available()).available] as const),
  ),
)

describe.each(backends.ids)('fakeQuant on %s against torch', (id) => {
  if (!available.get(id)) return void it.skip(`${id} is not installed`, () => {})
  let running: RunningBackend
  beforeAll(async () => {
    running = await backends.get(id).create()
  })
  afterAll(() => running.dispose())

  it.each(golden.cases)('$name', (expected) =>
    inScope(async () => {
      const [y, dx] = run(fixedFakeQuant, expected, expected.scale)
      expect([await apart(y, expected.fixed.y), await apart(dx, expected.fixed.dx)]).toEqual([0, 0])
    }),
  )

  it.each(golden.cases)('$name, with a learned scale', (expected) =>
    inScope(async () => {
      const [y, dx, dScale] = run(learnedFakeQuant, expected, expected.scale.map(Math.log))
      expect([
        await apart(y, expected.learned.y),
        await apart(dx, expected.learned.dx),
        await apart(dScale, expected.learned.dLogScale),
      ]).toEqual([0, 0, 0])
    }),
  )
})
