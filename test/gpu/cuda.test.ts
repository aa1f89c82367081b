import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { backends } from '../../src/node/backends/index'

const root = join(import.meta.dirname, '..', '..')
const hasGpu = spawnSync('nvidia-smi', ['-L']).status === 0
const file = join(root, 'out', 'gpu-check.json')

const row = z.object({ backend: z.string(), resolution: z.number(), batch: z.number(), ratio: z.number() })
const schema = z.object({
  float32: z.array(row),
  mixed: z.array(row).optional(),
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
    if (measured.accuracy !== undefined) expect(measured.accuracy).toBeGreaterThanOrEqual(0.927)
  })
})
