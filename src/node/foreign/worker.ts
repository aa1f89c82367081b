import { isMarkedAsUntransferable, parentPort } from 'node:worker_threads'
import { assert, toErrorReport } from '../../shared/errors'
import { createBlobWriter } from '../datasets/add/blobWriter'
import { listSources } from '../datasets/add/listSources'
import { readClasses, readPreprocessing } from '../jobs/work/versions/factFiles'
import { readModelFile } from '../jobs/work/versions/readModelFile'
import type { ForeignReply, ForeignRequest, ForeignTasks } from './messages'

/** The program of a thread that reads one foreign file, or the sources of one dataset. Whoever started it may end it at any moment. */
const port = parentPort
assert(port, () => 'foreign files must be read in a worker thread')

const say = (reply: ForeignReply): void => port.postMessage(reply)

type Model = ForeignTasks['model']
type Sources = ForeignTasks['sources']

function readModel({ file, followLinks, inputSize, preprocessing, classesFile }: Model['params']): Model['result'] {
  const warnings: string[] = []
  const model = readModelFile(file, {
    followLinks,
    inputSize,
    warn: (message) => warnings.push(message),
    onRead: (bytes) => say({ kind: 'reads', bytes }),
  })
  return {
    ...model,
    warnings,
    ...(preprocessing !== undefined && { preprocessing: readPreprocessing(preprocessing) }),
    ...(classesFile !== undefined && { classes: readClasses(classesFile) }),
  }
}

async function readSources({ paths, blob: path, ...options }: Sources['params']): Promise<Sources['result']> {
  const blob = createBlobWriter(path)
  try {
    return await listSources(paths, { ...options, blob, onProgress: (progress) => say({ kind: 'progress', progress }) })
  } finally {
    blob.close()
  }
}

/** Weights are handed over, not copied. */
function buffersOf({ graph, bytes }: Model['result']): ArrayBuffer[] {
  const all = [bytes, ...[...graph.initializers.values()].map(({ data }) => data)].map(({ buffer }) => buffer)
  return [...new Set(all)].filter(
    (buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(buffer),
  )
}

async function answer(request: ForeignRequest): Promise<void> {
  if (request.task === 'model') {
    const result = readModel(request.params)
    port?.postMessage({ kind: 'result', result } satisfies ForeignReply, buffersOf(result))
  } else say({ kind: 'result', result: await readSources(request.params) })
}

port.once('message', (request: ForeignRequest) => {
  answer(request).catch((error: unknown) => say({ kind: 'error', error: toErrorReport(error) }))
})
