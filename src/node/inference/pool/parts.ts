import { atLeast } from '../../../shared/atLeast'
import type { ImageBatch, OutputTensor, RunResult } from '../messages'
import { onlySession } from './sessions'
import type { SessionTeam } from './sessions'

/** Runs a batch in parts of a given size, spread over the sessions; the outputs are joined in image order. */
export async function runInParts({ use }: SessionTeam, batch: ImageBatch, part: number): Promise<RunResult> {
  const start = performance.now()
  const answers = await Promise.all(
    partsOf(batch, part).map((each) =>
      use(({ thread }) => thread.call('run', { session: onlySession, ...each }, movable(each))),
    ),
  )
  if (answers.length === 1) return answers[0]!
  return { outputs: joined(answers.map(({ outputs }) => outputs)), runMs: performance.now() - start }
}

/**
 * Shared memory is read in place; other memory is sliced, because a view of it would be copied whole to each thread.
 */
function partsOf({ images, shape }: ImageBatch, part: number): readonly ImageBatch[] {
  const [count, ...imageShape] = atLeast(1, shape)
  if (part >= count) return [{ images, shape }]
  const length = images.length / count
  const isShared = images.buffer instanceof SharedArrayBuffer
  return Array.from({ length: Math.ceil(count / part) }, (_, index) => {
    const [from, to] = [index * part, Math.min(count, (index + 1) * part)]
    return {
      images: isShared ? images.subarray(from * length, to * length) : images.slice(from * length, to * length),
      shape: [to - from, ...imageShape],
    }
  })
}

const movable = ({ images: { buffer } }: ImageBatch): readonly ArrayBuffer[] =>
  buffer instanceof ArrayBuffer ? [buffer] : []

const joined = (parts: readonly RunResult['outputs'][]): RunResult['outputs'] =>
  Object.fromEntries(Object.keys(parts[0]!).map((name) => [name, joinedTensor(parts.map((part) => part[name]!))]))

function joinedTensor(tensors: readonly OutputTensor[]): OutputTensor {
  const data = new Float32Array(tensors.reduce((total, tensor) => total + tensor.data.length, 0))
  let at = 0
  for (const tensor of tensors) {
    data.set(tensor.data, at)
    at += tensor.data.length
  }
  return { data, shape: [tensors.reduce((total, { shape }) => total + shape[0]!, 0), ...tensors[0]!.shape.slice(1)] }
}
