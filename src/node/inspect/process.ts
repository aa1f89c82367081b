import '../noTelemetry'
import { assert, toErrorReport } from '../../shared/errors'
import { openStoreToRead } from '../store'
import type { InspectContext } from './inspection'
import type { InspectReply, InspectRequest } from './messages'
import { inspections } from './tasks/index'

/**
 * Answers requests that need decoders or onnxruntime, separate from the host: a native crash ends only this process.
 */
let opening: Promise<InspectContext> | undefined
const open = new Map<number, AbortController>()

const send = (reply: InspectReply): void => {
  if (process.connected) process.send?.(reply)
}

async function answer({ id, name, params }: Extract<InspectRequest, { kind: 'ask' }>): Promise<unknown> {
  assert(opening, () => `inspection '${name}': expected a workspace first`)
  const context = await opening
  const controller = new AbortController()
  open.set(id, controller)
  type Answer = (
    context: InspectContext & { readonly signal: AbortSignal; readonly emit: (event: unknown) => void },
    params: unknown,
  ) => Promise<unknown>
  return (inspections[name] as Answer)(
    { ...context, signal: controller.signal, emit: (event) => send({ id, event }) },
    params,
  ).finally(() => open.delete(id))
}

// Ctrl-C reaches the whole process group; the host decides what to do about it.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
process.on('message', (request: InspectRequest) => {
  if (request.kind === 'start') {
    opening = openStoreToRead(request.workspace).then((store) => ({ store }))
    // Whoever asks hears of it.
    opening.catch(() => undefined)
    return
  }
  if (request.kind === 'cancel') return open.get(request.id)?.abort()
  answer(request).then(
    (result) => send({ id: request.id, result }),
    (error: unknown) => send({ id: request.id, error: toErrorReport(error) }),
  )
})
