import { join } from 'node:path'
import { maskReport } from '../../../core/graph/masks'
import { convert } from '../../../core/quantize/convert'
import { ptqConfig } from '../../../core/quantize/config'
import { qatConfig } from '../../../core/quantize/qatConfig'
import { trainConfig } from '../../../core/train/config'
import { startEpoch } from '../../../core/train/fit'
import { NNOptError } from '../../../shared/errors'
import { freeName } from '../../store/resolve'
import type { StepContext, StepOutput } from '../step'
import type { QuantizeParams } from '../steps/quantize'
import type { TrainingJob, TrainingResult } from '../trainer/messages'
import { runTraining } from '../trainer/runTraining'
import { quantizationStart } from './quantizeVersion'
import { readTeacher } from './readTeacher'
import { remembered } from './remembered'
import { reportTraining, watchSystem } from './reportTraining'
import { saveModel } from './saveModel'

/** Training for quantization: starts from what post-training quantization gives, trains with simulated rounding, and saves the best checkpoint, the start among them. */
export async function qatVersion(context: StepContext, params: QuantizeParams, checkpointFolder: string): Promise<StepOutput> {
  const start = await remembered(join(context.folder, 'start.bin'), () => quantizationStart(context, params))
  const { parent, dataset, preprocessing, graph, samples } = start
  const teacher = readTeacher(context, params.distill, parent, graph)
  const { observerEpochs, learnScales, ...settings } = qatConfig.parse(params)
  const config = ptqConfig.parse(params)
  const quantization = { config, observerEpochs, learnScales, samples, settings: { ...config, observerEpochs, learnScales } }
  const job = { graph, preprocessing, dataset, config: trainConfig.parse({ ...settings, seed: params.seed }), teacher, quantization, backend: params.backend, checkpointFolder }
  const result = await train(context, job)
  const warnings = warningsOf(result)
  warnings.forEach(context.warn)
  const quantized = convert(result.graph).graph
  const outcome = { device: result.device, bestEpoch: result.bestEpoch, epochs: result.history, zeros: maskReport(quantized) }
  const version = saveModel(context, { graph: quantized, name: params.name ?? freeName(context.store, `${parent.name}-${params.mode}`), origin: 'quantized', precision: 'int8', trainable: false, warnings, parent, training: result.graph, details: { config, ...outcome } })
  return { versionId: version.id, output: outcome }
}

async function train(context: StepContext, job: TrainingJob): Promise<TrainingResult> {
  const stopWatching = watchSystem(context)
  try {
    const result = await runTraining(job, { signal: context.signal, resumed: context.resumed, onMessage: (message) => reportTraining(context, message, 'simulatedAccuracy') })
    if (result.stopped) throw new NNOptError('cancelled', 'training stopped on request; its checkpoint is kept')
    return result
  } finally {
    stopWatching()
  }
}

function warningsOf({ diverged, bestEpoch }: TrainingResult): string[] {
  const kept = bestEpoch === startEpoch ? 'the start, which is the result of quantization after training' : `epoch ${(bestEpoch ?? 0) + 1}`
  if (diverged !== undefined) return [`${diverged}. The best checkpoint was restored: ${kept}`]
  return bestEpoch === startEpoch ? [`no epoch was better than the start on the validation split; kept ${kept}`] : []
}
