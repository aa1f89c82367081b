import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/architectures/index'
import { writeOnnx } from '../../src/core/onnx/index'
import { chooseBackend } from '../../src/node/backends/index'
import { timeKernels } from '../../src/node/profile/kernelTimer'
import { profileParams, profileTraining } from '../../src/node/profile/trainingProfile'
import { temporaryFolder } from '../helpers/temporary'

describe('the profile of training', () => {
  it('counts calls, takes the time of inner kernels out of outer ones, and puts the kernels back', async () => {
    const { running } = await chooseBackend('wasm')
    const before = tf.getKernel('Add', 'wasm')
    let clockMs = 0
    tf.registerKernel({
      kernelName: 'ProbeInner',
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => {
        clockMs += 5
        return tf.clone(inputs['x'] as tf.Tensor)
      },
    })
    tf.registerKernel({
      kernelName: 'ProbeOuter',
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => {
        clockMs += 2
        return tf.engine().runKernel<tf.Tensor>('ProbeInner', { x: inputs['x'] as tf.Tensor })
      },
    })
    const timer = timeKernels('wasm', () => clockMs)
    tf.tidy(() => void tf.engine().runKernel('ProbeOuter', { x: tf.scalar(1) }))
    expect(timer.costs().filter(({ kernel }) => kernel.startsWith('Probe'))).toEqual([
      { kernel: 'ProbeInner', calls: 1, ms: 5 },
      { kernel: 'ProbeOuter', calls: 1, ms: 2 },
    ])
    timer.stop()
    expect(tf.getKernel('Add', 'wasm').kernelFunc).toBe(before.kernelFunc)
    for (const name of ['ProbeInner', 'ProbeOuter']) tf.unregisterKernel(name, 'wasm')
    running.dispose()
  })

  it('trains the network of a file at its own resolution', async () => {
    const model = join(temporaryFolder('profile'), 'model.onnx')
    writeFileSync(model, writeOnnx(architectures.get('tiny-cnn').build({ classes: 3, size: 12 }, 0)))
    const measured = await profileTraining(profileParams.parse({ model, backend: 'wasm', batch: 4, steps: 1 }))
    expect(measured).toMatchObject({ resolution: 12, batch: 4 })
    await expect(profileTraining(profileParams.parse({ model: `${model}.absent` }))).rejects.toThrow(
      'expected an ONNX file; check the path',
    )
  })

  it('accounts for the whole step', async () => {
    const measured = await profileTraining(
      profileParams.parse({ architecture: 'tiny-cnn', backend: 'wasm', resolution: 8, batch: 4, steps: 3 }),
    )
    expect(measured.operations.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['NNOptConv2d', 'NNOptBatchNormActivationTrain', 'NNOptSoftmaxCrossEntropy']),
    )
    const total = measured.operations.reduce((sum, { ms }) => sum + ms, 0) + measured.outside.ms
    expect(total / measured.stepMs).toBeCloseTo(1, 3)
    expect(measured.imagesPerSecond).toBeCloseTo(4000 / measured.stepMs, 6)
  })
})
