import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { CallContext, EventOf, ParsedParamsOf, ResultOf } from '../../shared/contract'
import { NNOptError, fromErrorReport } from '../../shared/errors'
import { engineFile } from '../engineFile'
import { nodeBinary } from '../jobs/nodeBinary'
import type { InspectionName } from './names'
import type { InspectReply, InspectRequest } from './messages'

/** A separate process that answers inspections. It starts with the first request and ends when idle. */
export interface Inspector {
  /** Throws the inspection's errors, and `crashed` if the process ends first; the next request starts a new one. */
  ask<N extends InspectionName>(name: N, params: ParsedParamsOf<N>, context: CallContext<N>): Promise<ResultOf<N>>
  close(): void
}

/** How long sessions and decoded tables stay in memory after the last request. */
const idleMs = 120_000

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
  emit(event: unknown): void
}

interface Running {
  readonly child: ChildProcess
  readonly waiting: Map<number, Waiting>
}

export function createInspector(workspace: string): Inspector {
  let running: Running | undefined
  let timer: NodeJS.Timeout | undefined
  let nextId = 0

  const end = (): void => {
    clearTimeout(timer)
    running?.child.kill('SIGKILL')
    running = undefined
  }
  const rest = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => (running?.waiting.size === 0 ? end() : rest()), idleMs)
    timer.unref()
  }
  return {
    ask: <N extends InspectionName>(name: N, params: ParsedParamsOf<N>, { signal, emit }: CallContext<N>) =>
      new Promise<ResultOf<N>>((resolve, reject) => {
        running ??= start(workspace, (ended) => (running = running === ended ? undefined : running))
        const { child, waiting } = running
        const id = nextId++
        const cancel = (): void =>
          void (
            waiting.has(id) &&
            child.connected &&
            child.send({ kind: 'cancel', id } satisfies InspectRequest, () => undefined)
          )
        const done = (): void => signal.removeEventListener('abort', cancel)
        waiting.set(id, {
          resolve: (result) => (done(), resolve(result as ResultOf<N>)),
          reject: (error) => (done(), reject(error)),
          emit: (event) => emit(event as EventOf<N>),
        })
        // An open request keeps the host alive; an idle process does not.
        child.channel?.ref()
        child.send({ kind: 'ask', id, name, params } satisfies InspectRequest, () => undefined)
        signal.addEventListener('abort', cancel, { once: true })
        if (signal.aborted) cancel()
        rest()
      }),
    close: end,
  }
}

function start(workspace: string, onEnd: (ended: Running) => void): Running {
  const child = spawn(nodeBinary(), ['--enable-source-maps', engineFile('inspect')], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  })
  const running: Running = { child, waiting: new Map() }
  let messages = ''
  child.stderr?.on('data', (chunk: Buffer) => (messages = (messages + chunk.toString()).slice(-500)))
  child.on('message', (reply: InspectReply) => {
    const waiting = running.waiting.get(reply.id)
    if ('event' in reply) return waiting?.emit(reply.event)
    running.waiting.delete(reply.id)
    if (running.waiting.size === 0) child.channel?.unref()
    if ('error' in reply) waiting?.reject(fromErrorReport(reply.error))
    else waiting?.resolve(reply.result)
  })
  const fail = (how: string): void => {
    onEnd(running)
    const error = new NNOptError(
      'crashed',
      `the inspection process ${how}${messages && `: ${messages.trim().split('\n').at(-1)}`}; try again`,
    )
    for (const { reject } of running.waiting.values()) reject(error)
    running.waiting.clear()
  }
  child.on('error', ({ message }) => fail(`could not start: ${message}`))
  child.on('close', (code, signal) => fail(signal ? `was terminated by ${signal}` : `exited with code ${code}`))
  child.send({ kind: 'start', workspace } satisfies InspectRequest, () => undefined)
  child.unref()
  return running
}
