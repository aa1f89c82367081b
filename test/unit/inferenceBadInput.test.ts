import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createInferenceWorker } from '../../src/node/inference/inferenceWorker'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('inference-input')
const workspace = join(folder, 'ws')
const document = async (...args: string[]): Promise<unknown> => {
  const { code, json, stdout } = await cli([...args, '--json'], { workspace })
  expect(code, stdout).toBe(0)
  return json
}

describe('inputs that do not fit', () => {
  beforeAll(async () => {
    await document('import', writeTinyModel(join(folder, 'small.onnx'), { size: 16 }), '--name', 'small')
    await document('import', writeTinyModel(join(folder, 'large.onnx'), { size: 24, seed: 1 }), '--name', 'large')
    await writeImageFolder(join(folder, 'images'), { perClass: { test: 2 } })
  })

  it('versions of other input sizes are benchmarked side by side, each at its own', async () => {
    const { results } = (await document('benchmark', 'small', 'large', '--rounds', '2', '--threads', '1')) as {
      readonly results: readonly { readonly throughput: { readonly median: number } }[]
    }
    expect(results.map(({ throughput }) => throughput.median > 0)).toEqual([true, true])
  })

  it('images of another shape than the model takes are refused in words, and the session goes on', async () => {
    const worker = await createInferenceWorker(join(folder, 'small.onnx'), { threads: 1 })
    await expect(worker.run(new Float32Array(4 * 16 * 16), [1, 4, 16, 16])).rejects.toThrow(/\d/)
    expect((await worker.run(new Float32Array(3 * 16 * 16), [1, 3, 16, 16])).runMs).toBeGreaterThan(0)
    await worker.close()
  })

  it('a picture that cannot be decoded has an error of its own; the others are answered', async () => {
    const broken = join(folder, 'broken.jpg')
    writeFileSync(broken, 'no picture')
    const { code, json } = await cli(
      ['predict', 'small', broken, join(folder, 'images', 'test', 'red', '0.png'), '--json'],
      { workspace },
    )
    expect(code).toBe(1)
    expect(json).toMatchObject({
      results: [
        { file: broken, error: expect.stringMatching(/expected JPEG, PNG or WebP/) },
        { top: [{ probability: expect.any(Number) }] },
      ],
    })
  })

  it('a version that is deleted while it is measured keeps no figures and is named', async () => {
    let removal: Promise<unknown> | undefined
    const { code, json } = await cli(['benchmark', 'large', '--rounds', '15', '--threads', '1', '--json'], {
      workspace,
      onStderr: (text) => {
        if (text.includes('measuring')) removal ??= cli(['rm', 'large'], { workspace })
      },
    })
    await removal
    expect(removal).toBeDefined()
    expect(code).not.toBe(0)
    expect(json).toMatchObject({
      error: {
        code: 'notFound',
        message: expect.stringMatching(/^version 'large' \(.+\) was deleted while it was being measured/),
      },
    })
  })
})
