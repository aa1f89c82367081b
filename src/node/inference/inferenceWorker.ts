import { Worker } from 'node:worker_threads'
import type { Transferable } from 'node:worker_threads'
import { NNOptError, fromErrorReport } from '../../shared/errors'
import { engineFile } from '../engineFile'
import type {
  ImageBatch,
  InferenceCall,
  InferenceCalls,
  InferenceReply,
  ModelSource,
  RunResult,
  SessionInfo,
  SessionOptions,
} from './messages'

/** A thread with onnxruntime sessions. */
export interface InferenceThread {
  call<K extends InferenceCall>(
    call: K,
    params: InferenceCalls[K]['params'],
    transfer?: readonly Transferable[],
  ): Promise<InferenceCalls[K]['result']>
  /** Releases the sessions and waits for the thread to end. */
  close(): Promise<void>
}

interface Pending {
  resolve(result: InferenceCalls[InferenceCall]['result']): void
  reject(error: Error): void
}

/** Starts a thread. Calls fail with `crashed` once it has ended. */
export function startInferenceThread(): InferenceThread {
  const worker = new Worker(engineFile('inference'), { name: 'inference' })
  const pending = new Map<number, Pending>()
  let [nextId, ended]: [number, NNOptError | undefined] = [0, undefined]

  const fail = (error: NNOptError): void => {
    ended = error
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.on('message', (reply: InferenceReply) => {
    const waiting = pending.get(reply.id)
    pending.delete(reply.id)
    if ('error' in reply) waiting?.reject(fromErrorReport(reply.error))
    else waiting?.resolve(reply.result)
  })
  worker.on('error', (error) =>
    fail(
      new NNOptError(
        'crashed',
        `the inference thread stopped: ${error instanceof Error ? error.message : String(error)}`,
      ),
    ),
  )
  worker.on('exit', () => fail(new NNOptError('crashed', 'the inference thread has ended')))

  const send = (call: InferenceCall, params: unknown, transfer: readonly Transferable[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended)
      pending.set(nextId, { resolve, reject })
      worker.postMessage({ id: nextId++, call, params }, transfer)
    })

  return {
    call: <K extends InferenceCall>(
      call: K,
      params: InferenceCalls[K]['params'],
      transfer: readonly Transferable[] = [],
    ) => send(call, params, transfer) as Promise<InferenceCalls[K]['result']>,
    async close() {
      if (!ended) await send('end', null, [])
      await exited
    },
  }
}

/** One model in its own thread. */
export interface InferenceWorker extends SessionInfo {
  /** Throws `badInput` with the shapes if the images do not fit. The images' buffer is transferred to the thread. */
  run(images: Float32Array, shape: readonly number[]): Promise<RunResult>
  /** Runs one batch several times and returns the milliseconds of each run. */
  time(batch: ImageBatch, runs: number): Promise<Float64Array>
  close(): Promise<void>
}

/** Opens a model in a new thread. Throws `badInput` if onnxruntime rejects it; the thread is then gone. */
export async function createInferenceWorker(model: ModelSource, options: SessionOptions): Promise<InferenceWorker> {
  const thread = startInferenceThread()
  const session = 0
  try {
    const info = await thread.call('open', { session, model, options })
    return {
      ...info,
      run: (images, shape) =>
        thread.call('run', { session, images, shape }, isShared(images) ? [] : [images.buffer as ArrayBuffer]),
      time: (batch, runs) => thread.call('time', { session, runs, ...batch }),
      close: () => thread.close(),
    }
  } catch (error) {
    await thread.close()
    throw error
  }
}

const isShared = ({ buffer }: Float32Array): boolean => buffer instanceof SharedArrayBuffer
