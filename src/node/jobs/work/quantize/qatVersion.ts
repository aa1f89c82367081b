import { join } from 'node:path'
import { maskReport } from '../../../../core/graph/masks'
import { convert } from '../../../../core/deploy/convert'
import { startEpoch } from '../../../../core/train/fit'
import { NNOptError } from '../../../../shared/errors'
import { freeName } from '../../../store/resolve'
import type { StepContext, StepOutput } from '../../step'
import type { QatParams, QuantizeParams } from './parameters'
import type { TrainingJob, TrainingResult } from '../../trainer/messages'
import { runTraining } from '../../trainer/runTraining'
import type { Climbed } from './ladder'
import { withWorkbench } from './workbench'
import { saveQuantized } from './saveQuantized'
import { quantizationStart } from './quantizeVersion'
import type { QuantizationStart } from './quantizeVersion'
import { readTeacher } from '../train/readTeacher'
import { remembered } from './remembered'
import { reportTraining, watchSystem } from '../train/reportTraining'

/** Training for quantization: starts from what post-training quantization gives, trains with simulated rounding, and saves the best checkpoint, the start among them. */
export async function qatVersion(
  context: StepContext,
  params: QuantizeParams,
  training: QatParams,
  checkpointFolder: string,
): Promise<StepOutput> {
  const start = await remembered(join(context.folder, 'start.bin'), () => quantizationStart(context, params))
  const result = await train(context, await jobOf(context, params, training, start, checkpointFolder))
  const warnings = warningsOf(result)
  warnings.forEach(context.warn)
  const { device, bestEpoch, history } = result
  const outcome = { device, bestEpoch, epochs: history, zeros: maskReport(convert(result.graph).graph) }
  return withWorkbench(context, params, async (bench) => {
    const name = params.name ?? (await freeName(context.store, `${start.parent.name}-${params.mode}`))
    const { version, facts } = await saveQuantized(context, bench, trained(start, result), params.config, name, {
      warnings,
      details: outcome,
    })
    return {
      versionId: version.id,
      output: {
        ...facts,
        accuracy: facts.validation?.accuracy ?? null,
        accuracyInterval: facts.validation?.accuracyInterval ?? null,
        ...outcome,
      },
    }
  })
}

async function jobOf(
  context: StepContext,
  { config: quantizationConfig }: QuantizeParams,
  { config, observerEpochs, learnScales, backend }: QatParams,
  { parent, dataset, preprocessing, climbed, samples }: QuantizationStart,
  checkpointFolder: string,
): Promise<TrainingJob> {
  const { graph } = climbed.network
  const quantization = {
    config: quantizationConfig,
    observerEpochs,
    learnScales,
    samples,
    settings: { ...quantizationConfig, observerEpochs, learnScales },
  }
  const teacher = await readTeacher(context, config.distill, parent, graph)
  return {
    graph,
    preprocessing,
    dataset,
    config,
    teacher,
    quantization,
    backend,
    checkpointFolder,
    workspace: context.store.paths.root,
  }
}

async function train(context: StepContext, job: TrainingJob): Promise<TrainingResult> {
  const stopWatching = watchSystem(context)
  try {
    const result = await runTraining(job, {
      signal: context.signal,
      resumed: context.resumed,
      onMessage: (message) => reportTraining(context, message, 'simulatedAccuracy'),
    })
    if (result.stopped) throw new NNOptError('cancelled', 'training stopped on request; its checkpoint is kept')
    return result
  } finally {
    stopWatching()
  }
}

/** The start with the trained graph in its place; what its rungs were measured to do is not true of it any more. */
function trained({ climbed: { network, rungs } }: QuantizationStart, { graph }: TrainingResult): Climbed {
  return {
    network: { ...network, graph, prepared: { ...network.prepared, graph: { ...graph, qparams: new Map() } } },
    rungs,
    reports: [],
  }
}

function warningsOf({ diverged, bestEpoch }: TrainingResult): string[] {
  const kept =
    bestEpoch === startEpoch
      ? 'the starting point, which is the result of post-training quantization'
      : `epoch ${(bestEpoch ?? 0) + 1}`
  if (diverged !== undefined) return [`${diverged}. The best checkpoint was restored: ${kept}`]
  return bestEpoch === startEpoch
    ? [`no epoch was better than the starting point on the validation split; kept ${kept}`]
    : []
}
