import { parentPort, workerData } from 'node:worker_threads'
import { imageInput } from '../../../core/graph/graph'
import { computeSaliencies } from '../../../core/prune/saliencies'
import { fit } from '../../../core/train/fit'
import type { Command, FitState, TrainingData } from '../../../core/train/fit'
import { createTrainer } from '../../../core/train/trainer'
import { atLeast } from '../../../shared/atLeast'
import { NNOptError, toErrorReport } from '../../../shared/errors'
import { storageError } from '../../store/storageError'
import { chooseBackend } from '../../backends'
import { createDataPool, openDataset } from '../../datasets'
import { choosePrecision } from './choosePrecision'
import { loadCheckpoint, saveCheckpoint } from './checkpointFiles'
import type { FromTrainer, ToTrainer, TrainerDevice, TrainingJob, TrainingResult } from './messages'
import { quantizationHooks } from './quantizationHooks'
import { createTrainingData } from './trainingData'

/** The trainer's thread: tfjs runs here, and nothing else does. */

const send = (message: FromTrainer): void => parentPort?.postMessage(message)

const control = createCommand()
parentPort?.on('message', (message: ToTrainer) => control.set(message.command))

async function train(job: TrainingJob): Promise<TrainingResult> {
  const { graph, preprocessing, config, teacher } = job
  const { id, running } = await chooseBackend(job.backend)
  const { precision, reason } = choosePrecision(config.precision, running, fp32Because(job))
  const device: TrainerDevice = {
    backend: id,
    device: running.device,
    version: running.version,
    threads: running.threads,
    precision,
    precisionReason: reason,
  }
  const dataset = await openDataset(job.dataset)
  const pool = await createDataPool(job.dataset)
  try {
    const [height, width] = atLeast(2, imageInput(graph).shape.slice(2).map(Number))
    const data = createTrainingData(dataset, pool, job, { height, width }, (path, reason) =>
      send({ kind: 'unreadable', path, reason }),
    )
    if (job.gradientsOnly) return await gradients(job, data, device)
    const trainer = createTrainer(graph, config, data.stepsPerEpoch, preprocessing, {
      teacher: teacher && { graph: teacher.graph, normalization: teacher.preprocessing },
      learnScales: job.quantization?.learnScales,
      precision,
      readsAtOnce: running.readsSynchronously,
      onSplit: (parts, reason) => send({ kind: 'split', parts, reason }),
    })
    const from = resumable(job)
    send({ kind: 'started', device, resumedAtStep: from?.snapshot.step ?? 0 })
    const result = await fit(
      trainer,
      data,
      config,
      { ...hooks(job), ...(job.quantization && quantizationHooks(job, job.quantization, trainer, dataset, pool)) },
      from,
      { keepsStart: job.quantization !== undefined },
    )
    return {
      graph: trainer.graphOf(result.chosen),
      history: result.state.history,
      bestEpoch: result.state.best?.epoch,
      bestScore: result.state.best?.score,
      stopped: result.stopped,
      diverged: result.diverged,
      device,
    }
  } catch (error) {
    throw running.failure?.() ?? error
  } finally {
    await pool.close()
    running.dispose()
  }
}

/** Work that is not done in 16 bits. */
function fp32Because({ gradientsOnly, quantization }: TrainingJob): string | undefined {
  if (quantization) return 'quantization-aware training simulates rounding in fp32'
  return gradientsOnly ? 'pruning only compares gradients, so they stay in fp32' : undefined
}

/** One pass over the images, in place of training. */
async function gradients(
  { graph, preprocessing }: TrainingJob,
  data: TrainingData,
  device: TrainerDevice,
): Promise<TrainingResult> {
  send({ kind: 'started', device, resumedAtStep: 0 })
  const saliencies = await computeSaliencies(graph, preprocessing, data.trainBatches(0, 0))
  return {
    graph,
    saliencies,
    history: [],
    bestEpoch: undefined,
    bestScore: undefined,
    stopped: false,
    diverged: undefined,
    device,
  }
}

const fingerprint = ({ graph, dataset, config, quantization }: TrainingJob): Readonly<Record<string, unknown>> => ({
  model: graph.name,
  dataset: dataset.hash,
  config,
  ...(quantization && { quantization: quantization.settings }),
})

/** The newest checkpoint of this very run; one of another recipe in the same folder is an error, not a start. */
function resumable(job: TrainingJob): FitState | undefined {
  const checkpoint = loadCheckpoint(job.checkpointFolder, (message) => send({ kind: 'damaged', message }))
  if (!checkpoint) return undefined
  if (JSON.stringify(checkpoint.recipe) !== JSON.stringify(fingerprint(job))) {
    throw new NNOptError(
      'conflict',
      `'${job.checkpointFolder}' contains checkpoints of another recipe or dataset: use another folder, or remove it to start over`,
    )
  }
  return checkpoint.state
}

function hooks(job: TrainingJob): Parameters<typeof fit>[3] {
  return {
    onEvent: (event) => send({ kind: 'event', event }),
    onCheckpoint: async (state) => saveCheckpoint(job.checkpointFolder, state, fingerprint(job)),
    command: control.get,
    now: () => performance.now(),
  }
}

/** What was asked for last. While paused, `get` waits; it also lets messages in between two steps. */
function createCommand(): { set(command: Command | 'pause'): void; get(): Promise<Command> } {
  let asked: Command | 'pause' = 'run'
  let wake: (() => void) | undefined
  return {
    set: (command) => {
      asked = command
      wake?.()
    },
    get: async () => {
      await new Promise<void>((resolve) => setImmediate(resolve))
      while (asked === 'pause') await new Promise<void>((resolve) => (wake = resolve))
      return asked
    },
  }
}

const job = workerData as TrainingJob
train(job).then(
  (result) => send({ kind: 'finished', result }),
  (error: unknown) => send({ kind: 'failed', error: toErrorReport(storageError(error, job.workspace)) }),
)
