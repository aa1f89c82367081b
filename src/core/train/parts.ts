import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { add, concat, mul, tidy } from '@tensorflow/tfjs-core'
import type { TrainStep } from '../execute/executor'
import type { ImageBatch } from './imageBatch'

/** What devices and allocators say when memory runs out: TensorFlow, CUDA, WebGPU, WebAssembly. */
const outOfMemory = /out of memory|\bOOM\b|RESOURCE_EXHAUSTED|ResourceExhausted|failed to allocate|out-of-memory/i

export const isOutOfMemory = (error: unknown): boolean => error instanceof Error && outOfMemory.test(error.message)

/** A batch in `count` parts of nearly equal size. */
export function splitBatch({ images, labels, height, width }: ImageBatch, count: number): readonly ImageBatch[] {
  const pixels = images.length / labels.length
  const bound = (part: number): number => Math.round((part * labels.length) / count)
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [bound(part), bound(part + 1)]
    return { images: images.subarray(from * pixels, to * pixels), labels: labels.subarray(from, to), height, width }
  })
}

/** Joins the steps of a batch's parts: losses, gradients and statistics averaged by their share of the images, logits one after the other. Takes the parts' tensors. */
export function joinParts(parts: readonly TrainStep[]): TrainStep {
  if (parts.length === 1) return parts[0]!
  const total = parts.reduce((sum, { logits }) => sum + logits.shape[0], 0)
  const shares = parts.map(({ logits }) => logits.shape[0] / total)
  const mean = (tensorOf: (part: TrainStep) => Tensor): Tensor =>
    tidy(() => parts.map((part, index) => mul(tensorOf(part), shares[index]!)).reduce((sum, term) => add(sum, term)))
  const meanOf = (name: 'gradients' | 'statistics', hold: Hold): ReadonlyMap<string, Tensor> =>
    new Map([...parts[0]![name].keys()].map((key) => [key, hold(mean((part) => part[name].get(key) as Tensor))]))
  const joined = heldTogether((hold) => ({
    loss: hold(mean(({ loss }) => loss)),
    logits: hold(concat(parts.map(({ logits }) => logits))) as Tensor2D,
    gradients: meanOf('gradients', hold),
    statistics: meanOf('statistics', hold),
  }))
  parts.forEach(disposeStep)
  return joined
}

type Hold = (made: Tensor) => Tensor

/** What `make` returns; nothing that it held stays when it throws. */
function heldTogether<T>(make: (hold: Hold) => T): T {
  const held: Tensor[] = []
  try {
    return make((made) => (held.push(made), made))
  } catch (error) {
    held.forEach((tensor) => tensor.dispose())
    throw error
  }
}

function disposeStep({ loss, logits, gradients, statistics }: TrainStep): void {
  for (const tensor of [loss, logits, ...gradients.values(), ...statistics.values()]) tensor.dispose()
}

/** Runs a batch's step, in parts once it did not fit into memory: twice as many at every failure, for this batch and all that follow. */
export function createPartedStep(
  runPart: (batch: ImageBatch) => TrainStep,
  onSplit: (parts: number, reason: string) => void,
): (batch: ImageBatch) => TrainStep {
  let count = 1
  const attempt = (batch: ImageBatch): TrainStep => {
    const done: TrainStep[] = []
    try {
      for (const part of splitBatch(batch, Math.min(count, batch.labels.length))) done.push(runPart(part))
      return joinParts(done)
    } catch (error) {
      done.forEach(disposeStep)
      throw error
    }
  }
  return (batch) => {
    for (;;) {
      try {
        return attempt(batch)
      } catch (error) {
        if (!isOutOfMemory(error) || count >= batch.labels.length) throw error
        count *= 2
        onSplit(count, (error as Error).message)
      }
    }
  }
}
