import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { NNOptError, fromErrorReport } from '../../../shared/errors'
import { engineFile } from '../../engineFile'
import type { DataReply, DataRequest, DataTask, DataTasks } from './messages'

export interface TeamOptions {
  /** Threads; by default one per core except one for the consumer, at most four. */
  readonly workers?: number | undefined
  /** The threads' program. */
  readonly file?: string | undefined
}

/** Threads that share one task queue. */
export interface WorkerTeam {
  readonly workers: number
  /**
   * Runs on the next idle thread; tasks start in call order. Rejects with `crashed` if the thread ends, naming the
   * task.
   */
  run<K extends DataTask>(task: K, params: DataTasks[K]['params'], what: string): Promise<DataTasks[K]['result']>
  /** Stops the threads; unfinished tasks reject with `cancelled`. */
  close(): Promise<void>
}

interface Job {
  readonly request: DataRequest
  /** For messages, such as "batch 3 of split 'train'". */
  readonly what: string
  resolve(result: DataTasks[DataTask]['result']): void
  reject(error: Error): void
}

interface Member {
  readonly thread: Worker
  job: Job | undefined
}

const mostDefaultWorkers = 4

const defaultWorkers = (): number => Math.max(1, Math.min(mostDefaultWorkers, availableParallelism() - 1))

/** Starts the threads; while idle, they do not keep the process alive. */
export function createWorkerTeam({
  workers = defaultWorkers(),
  file = engineFile('data'),
}: TeamOptions = {}): WorkerTeam {
  const queue: Job[] = []
  let failure: NNOptError | undefined

  const fail = (error: NNOptError): void => {
    failure ??= error
    for (const job of [...members.flatMap((member) => take(member)), ...queue.splice(0)]) job.reject(error)
  }
  const members = Array.from({ length: workers }, (_, index) => startMember(file, index, () => feed(), fail))
  const feed = (): void => {
    for (const member of members) {
      const job = member.job ? undefined : queue.shift()
      if (job) give(member, job)
    }
  }
  const enqueue = (request: DataRequest, what: string): Promise<DataTasks[DataTask]['result']> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure)
      queue.push({ request, what, resolve, reject })
      feed()
    })

  return {
    workers,
    run: <K extends DataTask>(task: K, params: DataTasks[K]['params'], what: string) =>
      enqueue({ task, params } as DataRequest, what) as Promise<DataTasks[K]['result']>,
    async close() {
      fail(new NNOptError('cancelled', 'the data workers were closed'))
      await Promise.all(members.map(({ thread }) => thread.terminate()))
    },
  }
}

function give(member: Member, job: Job): void {
  member.job = job
  member.thread.ref()
  const memory = job.request.task === 'batch' ? job.request.params.memory : undefined
  member.thread.postMessage(job.request, memory ? [memory] : [])
}

/** Takes the job of a member, which is then idle: none or one. */
function take(member: Member): readonly Job[] {
  const { job } = member
  if (!job) return []
  member.job = undefined
  member.thread.unref()
  return [job]
}

function startMember(file: string, index: number, onIdle: () => void, onEnd: (error: NNOptError) => void): Member {
  const thread = new Worker(file, { name: `data ${index + 1}` })
  const member: Member = { thread, job: undefined }
  const ended = (reason: string): void =>
    onEnd(
      new NNOptError(
        'crashed',
        `data worker ${index + 1} ended${member.job ? ` while working on ${member.job.what}` : ''}: ${reason}`,
      ),
    )
  thread.unref()
  thread.on('message', (reply: DataReply) => {
    for (const job of take(member)) {
      if ('error' in reply) job.reject(fromErrorReport(reply.error))
      else job.resolve(reply.result)
    }
    onIdle()
  })
  thread.on('error', (error) => ended(error instanceof Error ? error.message : String(error)))
  thread.on('exit', (code) => ended(`exit code ${code}`))
  return member
}
