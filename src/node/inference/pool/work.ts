import { NNOptError } from '../../../shared/errors'
import { createDataPool } from '../../datasets/pool/dataPool'
import type { DataPool } from '../../datasets/pool/dataPool'
import type { Batch } from '../../datasets/pool/messages'
import type { EvalMode } from '../../../core/data/batchPlan'
import type { Transferable } from 'node:worker_threads'
import type { PoolCall, PoolCalls, PoolRequest, SampleAnswer } from './calls'
import { runInParts } from './parts'
import { onlySession, openSessions } from './sessions'
import type { Member, SessionTeam } from './sessions'

/** State of the inference process. */
export interface PoolWork {
  answer(request: PoolRequest): Promise<PoolCalls[PoolCall]['result']>
}

type Handlers = { readonly [K in PoolCall]: (params: PoolCalls[K]['params']) => Promise<PoolCalls[K]['result']> }

export function createPoolWork(): PoolWork {
  // Promises: a call right after `open` waits for it, and gets its error if the model is rejected.
  const models = new Map<number, Promise<SessionTeam>>()
  const data = new Map<number, DataPool>()
  /** Batch memory to reuse, so that a long evaluation takes no more than its first batches. */
  const memory: ArrayBuffer[] = []
  const modelOf = (number: number): Promise<SessionTeam> => found(models, number, 'model')
  const closeModel = async (number: number): Promise<void> => {
    const model = models.get(number)
    models.delete(number)
    // A model that never opened has nothing to release; its opener has already received the error.
    await (await model?.catch(() => undefined))?.close()
  }
  const handlers: Handlers = {
    async open(params) {
      const opening = openSessions(params)
      models.set(params.model, opening)
      return (await opening).info
    },
    async openData({ data: number, record }) {
      data.set(number, createDataPool(record))
      return null
    },
    async run({ model, images, shape }) {
      const team = await modelOf(model)
      return runInParts(team, { images, shape }, team.concurrency.part ?? shape[0]!)
    },
    time: async ({ model, images, shape, runs }) =>
      (await modelOf(model)).use(({ thread }) => thread.call('time', { session: onlySession, images, shape, runs })),
    async samples(params) {
      const model = await modelOf(params.model)
      const batch = await found(data, params.data, 'dataset').batch(params.request, memory.pop())
      return batch.labels.length === 0
        ? answerOf(batch)
        : model.use((member) => runSamples(member, model, batch, params, memory))
    },
    async close({ model }) {
      await closeModel(model)
      return null
    },
    async end() {
      for (const number of [...models.keys()]) await closeModel(number)
      for (const pool of data.values()) await pool.close()
      return null
    },
  }
  return {
    answer: <K extends PoolCall>({ call, params }: { readonly call: K; readonly params: PoolCalls[K]['params'] }) =>
      handlers[call](params),
  }
}

function found<T>(map: ReadonlyMap<number, T>, number: number, what: string): T {
  const value = map.get(number)
  if (value === undefined) throw new NNOptError('internal', `inference process: ${what} ${number} is not open`)
  return value
}

const transferOf = ({ buffer }: Float32Array): readonly Transferable[] =>
  buffer instanceof ArrayBuffer ? [buffer] : []

/** Decoded images are transferred from the data thread to the session's thread without copies. */
async function runSamples(
  member: Member,
  { info }: SessionTeam,
  batch: Batch<EvalMode>,
  { imageShape, warmups }: PoolCalls['samples']['params'],
  memory: ArrayBuffer[],
): Promise<SampleAnswer> {
  const { images, labels } = batch
  const shape = [labels.length, ...imageShape]
  if (!member.warm) await member.thread.call('time', { session: onlySession, images, shape, runs: warmups })
  member.warm = true
  const {
    outputs,
    runMs,
    images: used,
  } = await member.thread.call('run', { session: onlySession, images, shape, giveBack: true }, transferOf(images))
  if (used?.buffer instanceof ArrayBuffer) memory.push(used.buffer)
  return answerOf(batch, outputs[info.outputs[0]!.name], runMs)
}

const answerOf = (
  { labels, indices, unreadable }: Batch<EvalMode>,
  output: SampleAnswer['output'] = null,
  runMs = 0,
): SampleAnswer => ({ output, labels, indices, unreadable, runMs })
