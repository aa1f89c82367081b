import { contract } from './contract'
import type {
  CallContext,
  CallOptions,
  Client,
  EventOf,
  Handlers,
  ParsedParamsOf,
  ProcedureName,
  ResultOf,
} from './contract'
import { fromErrorReport, NNOptError, toErrorReport } from './errors'
import type { ErrorReport } from './errors'
import { parseAs } from './parse'

/** Messages on the wire; `id` is chosen by the caller. */
export type Message =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'event'; readonly id: number; readonly event: unknown }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorReport }

/** A message channel: a MessagePort, a WebSocket, or a pair of ends in one process. */
export interface Port {
  post(message: Message): void
  /** The listener's promise resolves when the message has been dealt with; channels with flow control wait for it. */
  onMessage(listener: (message: Message) => void | Promise<void>): void
  /** On channels with flow control: resolves when the next call may start. */
  ready?(): Promise<void>
  /** With the reason, if the other side knows one. */
  onClose(listener: (reason?: string) => void): void
  close(reason?: string): void
}

/** The last message on a channel that cannot close with a reason. */
export interface Closing {
  readonly closing: string
}

const isProcedure = (name: string): name is ProcedureName => Object.hasOwn(contract, name)

/** Serves calls that arrive on a port; calls still open when it closes are aborted. */
export function serve(handlers: Handlers, port: Port): void {
  const open = new Map<number, AbortController>()
  port.onClose(() => open.forEach((controller) => controller.abort()))
  port.onMessage((message) => {
    if (message.type === 'cancel') open.get(message.id)?.abort()
    if (message.type === 'call') return answer(handlers, port, open, message)
  })
}

/** Never rejects: whatever goes wrong is the answer. */
async function answer(
  handlers: Handlers,
  port: Port,
  open: Map<number, AbortController>,
  { id, name, params }: Extract<Message, { type: 'call' }>,
): Promise<void> {
  if (open.has(id)) return port.close(`call ${id} is already in progress: expected a new id for each call`)
  const controller = new AbortController()
  const emit = (event: unknown): void => {
    if (open.has(id)) port.post({ type: 'event', id, event })
  }
  open.set(id, controller)
  let reply: Message
  try {
    await port.ready?.()
    reply = { type: 'result', id, result: await dispatch(handlers, name, params, { signal: controller.signal, emit }) }
  } catch (error) {
    reply = { type: 'error', id, error: toErrorReport(error) }
  }
  open.delete(id)
  port.post(reply)
}

async function dispatch(
  handlers: Handlers,
  name: string,
  params: unknown,
  context: { signal: AbortSignal; emit: (event: unknown) => void },
): Promise<unknown> {
  if (!isProcedure(name))
    throw new NNOptError(
      'wrongCall',
      `unknown procedure '${name}': expected one of ${Object.keys(contract).join(', ')}`,
    )
  return invoke(handlers, name, params, context)
}

async function invoke<N extends ProcedureName>(
  handlers: Handlers,
  name: N,
  params: unknown,
  context: CallContext<N>,
): Promise<ResultOf<N>> {
  const parsed = parseAs(contract[name].params, params, name)
  return handlers[name](parsed as ParsedParamsOf<N>, context)
}

interface OpenCall {
  resolve(result: unknown): void
  reject(error: NNOptError): void
  onEvent?(event: unknown): void
}

/** The caller's end of a port. When it closes, open calls fail with `unavailable`. */
export function createClient(port: Port): Client {
  const open = new Map<number, OpenCall>()
  let nextId = 1
  let closed = false
  port.onMessage((message) => settle(open, message))
  port.onClose(() => {
    closed = true
    for (const call of open.values()) call.reject(connectionLost())
    open.clear()
  })
  return {
    call: <N extends ProcedureName>(name: N, params: unknown, { signal, onEvent }: CallOptions<N> = {}) =>
      new Promise<ResultOf<N>>((resolve, reject) => {
        if (closed) return reject(connectionLost())
        const id = nextId++
        const cancel = (): void => port.post({ type: 'cancel', id })
        const done = (): void => signal?.removeEventListener('abort', cancel)
        open.set(id, {
          resolve: (result) => (done(), resolve(result as ResultOf<N>)),
          reject: (error) => (done(), reject(error)),
          ...(onEvent && { onEvent: (event) => onEvent(event as EventOf<N>) }),
        })
        signal?.addEventListener('abort', cancel, { once: true })
        port.post({ type: 'call', id, name, params })
        if (signal?.aborted) cancel()
      }),
    close: () => port.close(),
  }
}

const connectionLost = (): NNOptError => new NNOptError('unavailable', 'the connection to the engine was lost')

function settle(open: Map<number, OpenCall>, message: Message): void {
  const call = open.get(message.id)
  if (!call) return
  if (message.type === 'event') return call.onEvent?.(message.event)
  open.delete(message.id)
  if (message.type === 'result') call.resolve(message.result)
  if (message.type === 'error') call.reject(fromErrorReport(message.error))
}

type Listeners = { readonly message: ((message: Message) => void)[]; readonly close: ((reason?: string) => void)[] }

/** A pair of ends in one process; messages arrive in a later microtask, as over a wire. */
export function createLinkedPorts(): readonly [Port, Port] {
  const ends: readonly [Listeners, Listeners] = [
    { message: [], close: [] },
    { message: [], close: [] },
  ]
  let closed = false
  const close = (reason?: string): void => {
    if (closed) return
    closed = true
    for (const end of ends) for (const listener of end.close) listener(reason)
  }
  const port = (own: Listeners, other: Listeners): Port => ({
    post: (message) => {
      if (!closed) queueMicrotask(() => other.message.forEach((listener) => listener(message)))
    },
    onMessage: (listener) => void own.message.push(listener),
    onClose: (listener) => void own.close.push(listener),
    close,
  })
  return [port(ends[0], ends[1]), port(ends[1], ends[0])]
}
