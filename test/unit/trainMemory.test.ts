import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { createPartedStep, isOutOfMemory, joinParts, splitBatch } from '../../src/core/train/parts'
import { batch } from '../helpers/tinyBatch'
import { useWasmBackend } from '../helpers/wasmBackend'

useWasmBackend()

describe('a batch that does not fit into memory', () => {
  it.each([
    'OOM when allocating tensor with shape[32,96]',
    'wasm backend is out of memory (its limit is 4 GiB)',
    'CUDA_ERROR_OUT_OF_MEMORY: out of memory',
    'RESOURCE_EXHAUSTED: failed to allocate',
  ])('is known by %j', (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(true)
  })

  it('is not confused with other failures', () => {
    expect(isOutOfMemory(new Error("node 'zoom': expected 3 channels"))).toBe(false)
  })

  it('is split without losing or repeating an image', () => {
    const whole = batch(7)
    const parts = splitBatch(whole, 3)
    expect(parts.flatMap(({ labels }) => [...labels])).toEqual([...whole.labels])
    expect(parts.flatMap(({ images }) => [...images])).toEqual([...whole.images])
    expect(parts.map(({ labels }) => labels.length)).toEqual([2, 3, 2])
  })

  it('gives the weighted mean of its parts', () => {
    const part = (loss: number, images: number) => ({
      loss: tf.scalar(loss),
      logits: tf.fill([images, 3], loss) as tf.Tensor2D,
      gradients: new Map([['w', tf.tensor1d([loss, 2 * loss])]]),
      statistics: new Map([['m', tf.tensor1d([loss])]]),
    })
    const before = tf.memory().numTensors
    const { loss, logits, gradients, statistics } = joinParts([part(1, 1), part(5, 3)])
    expect(loss.dataSync()[0]).toBeCloseTo(4)
    expect([...logits.dataSync()]).toEqual([1, 1, 1, ...Array(9).fill(5)])
    expect([...(gradients.get('w')?.dataSync() ?? [])]).toEqual([4, 8])
    expect([...(statistics.get('m')?.dataSync() ?? [])]).toEqual([4])
    tf.dispose([loss, logits, ...gradients.values(), ...statistics.values()])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('halves until it fits, keeps the split, and says so once a halving', () => {
    const sizes: number[] = []
    const told: number[] = []
    const step = createPartedStep(
      ({ labels }) => {
        sizes.push(labels.length)
        if (labels.length > 3) throw new Error('OOM when allocating tensor')
        return { loss: tf.scalar(1), logits: tf.zeros([labels.length, 3]), gradients: new Map(), statistics: new Map() }
      },
      (parts) => told.push(parts),
    )
    for (let done = 0; done < 2; done++) {
      const { loss, logits } = step(batch(10))
      expect(logits.shape).toEqual([10, 3])
      tf.dispose([loss, logits])
    }
    expect(told).toEqual([2, 4])
    expect(sizes).toEqual([10, 5, 3, 2, 3, 2, 3, 2, 3, 2])
  })

  it('ends with the error when a single image does not fit', () => {
    const step = createPartedStep(
      () => {
        throw new Error('out of memory')
      },
      () => undefined,
    )
    expect(() => step(batch(2))).toThrow('out of memory')
  })
})
