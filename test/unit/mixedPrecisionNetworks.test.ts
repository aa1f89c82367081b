import { atLeast } from '../../src/shared/atLeast'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/architectures/index'
import { createExecutor } from '../../src/core/execute/executor'
import { halfTypes } from '../../src/core/kernels/precision'
import { crossEntropy } from '../../src/core/train/loss'
import { createNormalizer } from '../../src/core/train/normalizer'
import { createTeacher } from '../../src/core/train/teacher'
import type { RunningBackend } from '../../src/node/backends'
import { tensorflowBackend } from '../../src/node/backends/tensorflow'
import { roundingOf } from '../helpers/halfRounding'
import { quarterBatch } from '../helpers/quarterTask'
import { randomTensor, values } from './kernelsReference'

const { available } = await tensorflowBackend.available()

describe.skipIf(!available)('networks in mixed precision on TensorFlow', () => {
  let running: RunningBackend

  beforeAll(async () => {
    running = await tensorflowBackend.create()
  })

  afterAll(() => running.dispose())

  describe.each(halfTypes)('in %s', (type) => {
    it('a teacher scores as in fp32 but for the rounding, and keeps no tensor of it', () => {
      const graph = architectures.get('mobilenet-v2').build({ size: 32, width: 0.5 }, 1)
      const [full, half] = atLeast(
        2,
        (['fp32', type] as const).map((precision) =>
          createTeacher(graph, createNormalizer({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }), precision),
        ),
      )
      const given = quarterBatch(3)
      const large = {
        ...given,
        images: Uint8Array.from({ length: 32 * 32 * 32 * 3 }, (_, at) => given.images[at % given.images.length]!),
        height: 32,
        width: 32,
      }
      const [expected, actual] = atLeast(
        2,
        [full, half].map((teacher) => tf.tidy(() => values(teacher.logits(large)))),
      )
      const largest = Math.max(...expected.map(Math.abs))
      expect(largest).toBeGreaterThan(0)
      expect(Math.max(...actual.map((value, at) => Math.abs(value - expected[at]!))) / largest).toBeLessThan(
        16 * roundingOf[type],
      )
      const before = tf.memory().numTensors
      half.logits(large).dispose()
      expect(tf.memory().numTensors).toBe(before)
      for (const teacher of [full, half]) teacher.dispose()
    })

    it.each(['tiny-cnn', 'resnet-20', 'mobilenet-v3-small'])(
      '%s has the gradients of fp32 but for the rounding, all of them in fp32',
      (id) => {
        const graph = architectures.get(id).build({ size: 32 }, 1)
        const executors = (['fp32', type] as const).map((precision) => createExecutor(graph, { precision }))
        const parameters = new Map(
          executors[0]!.parameters.map(
            ({ name, shape }) => [name, tf.tensor(executors[0]!.pack(name), [...shape])] as const,
          ),
        )
        const images = randomTensor([16, 32, 32, 3], 3) as tf.Tensor4D
        const targets = tf.tidy(() =>
          tf.cast(
            tf.oneHot(
              tf.tensor1d(
                Array.from({ length: 16 }, (_, index) => index % 10),
                'int32',
              ),
              10,
            ),
            'float32',
          ),
        ) as tf.Tensor2D
        const [full, half] = atLeast(
          2,
          executors.map((executor) => executor.step(images, parameters, (logits) => crossEntropy(logits, targets))),
        )
        const all = (gradients: ReadonlyMap<string, tf.Tensor>): readonly number[] =>
          [...full.gradients.keys()].flatMap((name) => [...(gradients.get(name) as tf.Tensor).dataSync()])
        const [expected, actual] = [all(full.gradients), all(half.gradients)]
        const norm = (numbers: readonly number[]): number =>
          Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0))
        expect(norm(actual.map((value, index) => value - expected[index]!)) / norm(expected)).toBeLessThan(
          type === 'bfloat16' ? 0.2 : 0.08,
        )
        expect(Math.abs(half.loss.dataSync()[0]! - full.loss.dataSync()[0]!)).toBeLessThan(0.01)
        for (const { loss, logits, gradients, statistics } of [full, half])
          tf.dispose([loss, logits, ...gradients.values(), ...statistics.values()])
        tf.dispose([images, targets, ...parameters.values()])
        executors.forEach((executor) => executor.dispose())
      },
    )
  })
})
