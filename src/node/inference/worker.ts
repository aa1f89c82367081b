import { parentPort } from 'node:worker_threads'
import { NNOptError, assert, toErrorReport } from '../../shared/errors'
import type { InferenceCall, InferenceCalls, InferenceReply, InferenceRequest } from './messages'
import { openSession } from './openSession'
import type { Session } from './session'

const sessions = new Map<number, Session>()

function sessionOf({ session: number }: { readonly session: number }): Session {
  const session = sessions.get(number)
  if (!session) throw new NNOptError('internal', `inference worker: session ${number} is not open`)
  return session
}

type Handlers = {
  readonly [K in InferenceCall]: (params: InferenceCalls[K]['params']) => Promise<InferenceCalls[K]['result']>
}

const handlers: Handlers = {
  async open({ session, model, options }) {
    const opened = await openSession(model, options)
    sessions.set(session, opened)
    return opened.info
  },
  async run(params) {
    const result = await sessionOf(params).run(params)
    return params.giveBack ? { ...result, images: params.images } : result
  },
  time: (params) => sessionOf(params).time(params, params.runs),
  observe: async (params) => ({ runMs: await sessionOf(params).observe(params, params.batch, params.collectors) }),
  statistics: async (params) => sessionOf(params).statistics(),
  async observeChannels(params) {
    await sessionOf(params).observeChannels(params, params.values)
    return null
  },
  channelStatistics: async (params) => sessionOf(params).channelStatistics(),
  async close(params) {
    await sessionOf(params).release()
    sessions.delete(params.session)
    return null
  },
  async end() {
    await Promise.all([...sessions.values()].map((session) => session.release()))
    sessions.clear()
    return null
  },
}

const port = parentPort
assert(port !== null, () => 'inference/worker.ts: expected to run in a worker thread')

/** One call at a time: onnxruntime occupies the thread anyway, and timings must not include other calls. */
let queue: Promise<void> = Promise.resolve()

port.on('message', (request: InferenceRequest) => {
  queue = queue.then(() => answer(request))
})

async function answer(request: InferenceRequest): Promise<void> {
  const reply = await handle(request).then(
    (result): InferenceReply => ({ id: request.id, result }),
    (error: unknown): InferenceReply => ({ id: request.id, error: toErrorReport(error) }),
  )
  port?.postMessage(reply, [...movedBy(request)])
  // Without a listener, the thread has nothing to wait for and ends. It is never terminated, because a live session
  // would abort the process.
  if (request.call === 'end') port?.close()
}

/** Memory that is transferred to the caller instead of copied. */
const movedBy = (request: InferenceRequest): readonly ArrayBuffer[] =>
  request.call === 'run' && request.params.giveBack && request.params.images.buffer instanceof ArrayBuffer
    ? [request.params.images.buffer]
    : []

function handle<K extends InferenceCall>({
  call,
  params,
}: {
  readonly call: K
  readonly params: InferenceCalls[K]['params']
}): Promise<InferenceCalls[K]['result']> {
  return handlers[call](params)
}
