import type { EpochMetrics, FitEvent, StepProgress } from '../../../../core/train/events'
import { createSystemMonitor } from '../../../system/metrics'
import type { StepContext } from '../../step'
import type { FromTrainer } from '../../trainer/messages'

type Report = Exclude<FromTrainer, { kind: 'finished' | 'failed' }>

/** Name of the accuracy on training images: a network that trains for int8 has a simulated one, measured with fakeQuant. */
export type AccuracyName = 'trainAccuracy' | 'simulatedAccuracy'

const systemEveryMs = 2000

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

/** Keeps what the trainer reports as metrics and progress of the run. */
export function reportTraining(context: StepContext, message: Report, accuracy: AccuracyName = 'trainAccuracy'): void {
  if (message.kind === 'started')
    context.log(
      `training on ${message.device.backend} ${message.device.version}, ${message.device.device}, in ${message.device.precision} (${message.device.precisionReason})${message.resumedAtStep > 0 ? `, from step ${message.resumedAtStep}` : ''}`,
    )
  if (message.kind === 'split')
    context.warn(
      `out of memory: from here on, each batch runs in ${message.parts} parts whose gradients are accumulated; batch normalization sees one part at a time (${message.reason})`,
    )
  if (message.kind === 'damaged')
    context.warn(
      `${message.message}; training goes on from the checkpoint before it, or from the start if there is none`,
    )
  if (message.kind === 'unreadable') context.warn(`${message.path} was skipped: ${message.reason}`)
  if (message.kind === 'event') reportEvent(context, message.event, accuracy)
}

function reportEvent(context: StepContext, event: FitEvent, accuracy: AccuracyName): void {
  if (event.kind === 'step') return reportStep(context, event, accuracy)
  if (event.kind === 'epoch') return reportEpoch(context, event, accuracy)
  context.metric({ kind: 'epoch', position: 0, values: { valAccuracy: event.valAccuracy } })
  context.log(`start: validation ${percent(event.valAccuracy)}`)
}

function reportEpoch(
  context: StepContext,
  { epoch, trainAccuracy, ...values }: EpochMetrics,
  accuracy: AccuracyName,
): void {
  context.metric({ kind: 'epoch', position: epoch + 1, values: { ...values, [accuracy]: trainAccuracy } })
  const validation = values.valAccuracy === undefined ? '' : `, validation ${percent(values.valAccuracy)}`
  context.log(
    `epoch ${epoch + 1}: loss ${values.trainLoss.toFixed(4)}, ${label(accuracy)} ${percent(trainAccuracy)}${validation}, ${values.samplesPerSecond.toFixed(0)} img/s, data wait ${percent(values.waitedShare)}`,
  )
}

const label = (accuracy: AccuracyName): string => (accuracy === 'trainAccuracy' ? 'accuracy' : 'simulated accuracy')

function reportStep(
  context: StepContext,
  { step, steps, epoch, epochs, trainAccuracy, skippedSteps = 0, ...values }: StepProgress,
  accuracy: AccuracyName,
): void {
  context.metric({ kind: 'step', position: step, values: { ...values, [accuracy]: trainAccuracy } })
  if (skippedSteps > 0)
    context.log(
      `step ${step}: ${skippedSteps} ${skippedSteps === 1 ? 'step was' : 'steps were'} skipped because the scaled gradients overflowed float16; the loss scale was halved each time`,
    )
  const figures = { loss: values.trainLoss, [label(accuracy)]: trainAccuracy, 'img/s': values.samplesPerSecond }
  context.progress({
    label: `epoch ${epoch + 1} of ${epochs}`,
    done: step,
    total: steps,
    unit: 'steps',
    etaSeconds: values.etaSeconds,
    figures,
  })
}

/** CPU, memory and GPU beside the training's own metrics. */
export function watchSystem(context: StepContext): () => void {
  const monitor = createSystemMonitor()
  const startedAt = Date.now()
  const timer = setInterval(async () => {
    const { gpus, ...values } = await monitor.sample()
    const gpu = gpus[0] && {
      gpuShare: gpus[0].share,
      gpuMemoryUsedBytes: gpus[0].memoryUsedBytes,
      gpuMemoryTotalBytes: gpus[0].memoryTotalBytes,
    }
    context.metric({ kind: 'system', position: (Date.now() - startedAt) / 1000, values: { ...values, ...gpu } })
  }, systemEveryMs)
  return () => clearInterval(timer)
}
