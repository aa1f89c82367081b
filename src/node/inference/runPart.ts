import { availableParallelism } from 'node:os'
import type { Graph } from '../../core/graph/graph'
import { withOutputs, writeOnnx } from '../../core/onnx/index'
import type { InferenceThread } from './inferenceWorker'
import type { ImageBatch, OutputTensor, SessionOptions } from './messages'

/** Runs batches through a part of a graph in its own session and yields some of its values batch by batch. */
export async function runPart(
  thread: InferenceThread,
  session: number,
  part: Graph,
  values: readonly string[],
  batches: readonly ImageBatch[],
  optimization: NonNullable<SessionOptions['optimization']>,
  visit: (outputs: Readonly<Record<string, OutputTensor>>) => void,
): Promise<void> {
  await thread.call('open', {
    session,
    model: writeOnnx(withOutputs(part, values)),
    options: { threads: availableParallelism(), spinning: false, optimization },
  })
  for (const { images, shape } of batches) visit((await thread.call('run', { session, images, shape })).outputs)
  await thread.call('close', { session })
}
