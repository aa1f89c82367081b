import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { uint8Affine } from '../../src/core/fakeQuant/grid'
import { tensorQParams } from '../../src/core/fakeQuant/qparams'
import { observers } from '../../src/core/quantize/observers/index'

/** Made by test/golden/scripts/observers.py with torch 2.13.0 and onnxruntime 1.32.0. */
const rangeSchema = z.object({
  min: z.number(),
  max: z.number(),
  scale: z.number().optional(),
  zeroPoint: z.number().optional(),
})
const golden = z
  .record(z.string(), z.record(z.string(), rangeSchema))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'observers.json'), 'utf8')))

const [batches, size] = [3, 8192]

function uniforms(seed: number, count: number): Float64Array {
  let state = seed
  return Float64Array.from({ length: count }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32)
}

function normal(seed: number): Float64Array {
  const parts = uniforms(seed, 4 * size)
  return Float64Array.from(
    { length: size },
    (_, index) => parts[4 * index]! + parts[4 * index + 1]! + parts[4 * index + 2]! + parts[4 * index + 3]! - 2,
  )
}

const data: Readonly<Record<string, (batch: number) => Float64Array>> = {
  normal: (batch) => normal(1000 + batch).map((x) => x * (1 + 0.25 * batch)),
  relu6: (batch) => normal(1000 + batch).map((x) => Math.min(6, Math.max(0, 4 * x))),
  'heavy-tail': (batch) => normal(1000 + batch).map((x) => x ** 3),
  'without-zero': (batch) => uniforms(1000 + batch, size).map((x) => x * 3 + 2),
}

const rangeOfData = (name: string, id: string, params = {}): { min: number; max: number } => {
  const running = observers.get(id).create({ params })
  for (let batch = 0; batch < batches; batch++) running.observe(Float32Array.from(data[name]!(batch)))
  return running.range()
}

describe.each(Object.keys(data))('%s', (name) => {
  const span = golden[name]!['min-max']!.max - golden[name]!['min-max']!.min

  it('min-max is exactly that of torch.ao and of onnxruntime, with the same qparams', () => {
    const range = rangeOfData(name, 'min-max')
    const qparams = tensorQParams(range, uint8Affine)
    for (const expected of [golden[name]!['min-max']!, golden[name]!['onnxruntime-min-max']!]) {
      expect(range).toEqual({ min: expected.min, max: expected.max })
      expect(qparams.zeroPoint[0]).toBe(expected.zeroPoint)
      expect(qparams.scale[0]! / (expected.scale ?? 0)).toBeCloseTo(1, 6)
    }
  })

  // Bins differ (powers of two here, range / 2048 there), so bounds agree to a few bins of 2048. The divergence is flat near its
  // minimum, and onnxruntime also counts the empty bins of the quantized distribution, which the source does not.
  const close = [
    { id: 'moving-average-min-max', params: {}, bins: 0.01 },
    { id: 'histogram', params: {}, bins: 4 },
    { id: 'percentile', params: { coverage: 0.999 }, bins: 4 },
    { id: 'entropy', params: {}, bins: 80 },
  ]
  it.each(close)('$id agrees within $bins bins', ({ id, params, bins }) => {
    const range = rangeOfData(name, id, params)
    expect(Math.abs(range.min - golden[name]![id]!.min)).toBeLessThanOrEqual((bins * span) / 2048)
    expect(Math.abs(range.max - golden[name]![id]!.max)).toBeLessThanOrEqual((bins * span) / 2048)
  })
})
