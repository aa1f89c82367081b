import '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { nativeKernelNames } from '../../src/core/kernels/native'
import { tensorflowBackend } from '../../src/node/backends/tensorflow'
import { registerTensorflowKernels } from '../../src/node/backends/tensorflow/kernels'
import type { TensorflowKernelBackend } from '../../src/node/backends/tensorflow/kernels/operations'
import { values } from '../unit/kernelsReference'

const tensorflow = await tensorflowBackend.available()

export function expectClose(actual: tf.Tensor, expected: readonly number[], tolerance = 1e-4): void {
  const got = values(actual)
  expect(got.length).toBe(expected.length)
  const worst = got.reduce(
    (most, value, index) =>
      Math.max(most, Math.abs(value - (expected[index] ?? Number.NaN)) / (1 + Math.abs(expected[index] ?? 0))),
    0,
  )
  expect(worst).toBeLessThan(tolerance)
}

export const backends = [
  { name: 'wasm', id: 'wasm', present: true, fused: false },
  { name: 'tensorflow', id: 'tensorflow', present: tensorflow.available, fused: true },
  {
    name: "tensorflow without this program's operations",
    id: 'tensorflow',
    present: tensorflow.available,
    fused: false,
  },
] as const

/** Registers TensorFlow's own operations again, as on a GPU. */
function withoutFused(): void {
  for (const kernel of Object.values(nativeKernelNames))
    if (tf.getKernel(kernel, 'tensorflow')) tf.unregisterKernel(kernel, 'tensorflow')
  registerTensorflowKernels(tf.backend() as TensorflowKernelBackend, false)
}

/** Computes on one of the backends in the tests of a describe block. */
export function useKernelBackend({ id, fused }: (typeof backends)[number]): void {
  let close = (): void => {}
  beforeAll(async () => {
    if (id === 'tensorflow') close = (await tensorflowBackend.create()).dispose
    await tf.setBackend(id)
    if (id === 'tensorflow' && !fused) withoutFused()
  })
  afterAll(() => close())
}

/** Runs a test in a tidy and checks that nothing but its results would have stayed. */
export const clean = (body: () => void) => (): void => {
  const before = tf.memory().numTensors
  tf.tidy(body)
  expect(tf.memory().numTensors).toBe(before)
}
