import { Worker } from 'node:worker_threads'
import { NNOptError, fromErrorReport } from '../../../shared/errors'
import { engineFile } from '../../engineFile'
import type { FromTrainer, ToTrainer, TrainingJob, TrainingResult } from './messages'

export interface TrainingHooks {
  readonly onMessage: (message: Exclude<FromTrainer, { kind: 'finished' | 'failed' }>) => void
  /** Stops between two steps; what was trained is kept as a checkpoint and as the result. */
  readonly signal: AbortSignal
  /** Resolves at once, or when a pause ends. */
  readonly resumed: () => Promise<void>
}

/** Trains a graph in a thread of its own. An earlier checkpoint of the same folder is continued. */
export async function runTraining(
  job: TrainingJob,
  { onMessage, signal, resumed }: TrainingHooks,
): Promise<TrainingResult> {
  const worker = new Worker(engineFile('trainer'), { workerData: job })
  const command = (wish: ToTrainer['command']): void =>
    worker.postMessage({ kind: 'command', command: wish } satisfies ToTrainer)
  const stop = (): void => command('stop')
  const followPause = pauseFollower(resumed, command)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await outcome(worker, (message) => {
      onMessage(message)
      void followPause()
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

/** Looks at every message whether a pause has begun, and passes its start and end on. */
function pauseFollower(
  resumed: () => Promise<void>,
  command: (wish: ToTrainer['command']) => void,
): () => Promise<void> {
  let following = false
  return async () => {
    if (following) return
    following = true
    const going = Symbol('going')
    const first = await Promise.race([resumed(), new Promise((resolve) => setImmediate(resolve, going))])
    if (first === going) {
      command('pause')
      await resumed()
      command('run')
    }
    following = false
  }
}

function outcome(worker: Worker, onMessage: TrainingHooks['onMessage']): Promise<TrainingResult> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromTrainer) => {
      if (message.kind === 'finished') resolve(message.result)
      else if (message.kind === 'failed') reject(fromErrorReport(message.error))
      else onMessage(message)
    })
    worker.on('error', reject)
    worker.on('exit', (code) =>
      reject(
        new NNOptError(
          'crashed',
          `the trainer's thread ended with code ${code} before returning a result; the last checkpoint is kept`,
        ),
      ),
    )
  })
}
