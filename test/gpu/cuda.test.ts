import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { backends } from '../../src/node/backends/index'

const root = join(import.meta.dirname, '..', '..')
const hasGpu = spawnSync('nvidia-smi', ['-L']).status === 0
const file = join(root, 'out', 'gpu-check.json')

/** So far apart, and no further, are accuracies after trainings that differ by rounding alone (docs/results/mixed-precision.md). */
const twoTrainingsDiffer = 0.03

const row = z.object({ backend: z.string(), resolution: z.number(), batch: z.number(), ratio: z.number() })
const schema = z.object({
  float32: z.array(row),
  /** Beside PyTorch's autocast in the same format; only where the GPU has tensor cores. */
  mixed: z.array(row).optional(),
  /** On the test split, after the same short training in fp32 and in mixed precision. */
  accuracies: z.record(z.string(), z.number()).optional(),
  /** Percent, while the program trained. */
  utilization: z.number(),
  /** Of the baseline at 224×224 on the test split; only where it was trained. */
  accuracy: z.number().optional(),
})

/** What `npm run check:gpu` measured on this machine; without a GPU there is nothing to look at. */
describe.skipIf(!hasGpu)('training on a CUDA GPU (npm run check:gpu measures it)', () => {
  it('uses the GPU', async () => {
    const status = await backends.get('tensorflow').available()
    expect(status).toMatchObject({ available: true, device: expect.stringMatching(/gpu/i) })
  })

  it.skipIf(!existsSync(file))('is no slower than PyTorch on the same GPU, keeps it busy, and learns', () => {
    const measured = schema.parse(JSON.parse(readFileSync(file, 'utf8')))
    for (const { ratio } of [...measured.float32, ...(measured.mixed ?? [])]) expect(ratio).toBeGreaterThanOrEqual(1)
    expect(measured.utilization).toBeGreaterThanOrEqual(90)
    const accuracies = Object.values(measured.accuracies ?? {})
    if (accuracies.length > 0)
      expect(Math.max(...accuracies) - Math.min(...accuracies)).toBeLessThan(twoTrainingsDiffer)
    if (measured.accuracy !== undefined) expect(measured.accuracy).toBeGreaterThanOrEqual(0.927)
  })
})
