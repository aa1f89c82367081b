import { parentPort } from 'node:worker_threads'
import { assert, toErrorReport } from '../../shared/errors'
import type { DataReply, DataRequest } from './pool/messages'
import { createSampleReader } from './worker/sampleReader'
import type { SampleReader } from './worker/sampleReader'
import { inspect } from './worker/inspect'
import { makeBatch } from './worker/makeBatch'

/** The program of a data thread: one task at a time; its buffers are transferred to the consumer. */
const port = parentPort
assert(port, () => 'the data worker must run in a worker thread')

const reader = createSampleReader()

port.on('message', (request: DataRequest) => {
  answer(request, reader).then(
    ({ reply, transfer }) => port.postMessage(reply, [...transfer]),
    (error: unknown) => port.postMessage({ error: toErrorReport(error) } satisfies DataReply),
  )
})

interface Answer {
  readonly reply: DataReply
  readonly transfer: readonly ArrayBuffer[]
}

async function answer(request: DataRequest, samples: SampleReader): Promise<Answer> {
  if (request.task === 'batch') {
    const result = await makeBatch(request.params, samples)
    return { reply: { result }, transfer: [result.images.buffer] }
  }
  const result = await inspect(request.params, samples)
  return { reply: { result }, transfer: result.pixels ? [result.pixels.buffer] : [] }
}
