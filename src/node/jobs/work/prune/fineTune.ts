import { join } from 'node:path'
import { parameterUses, withParameters } from '../../../../core/execute/parameters'
import type { Graph } from '../../../../core/graph/graph'
import type { Saliencies } from '../../../../core/prune/scores'
import type { TrainConfig } from '../../../../core/train/config'
import type { EpochMetrics } from '../../../../core/train/events'
import { assert, NNOptError } from '../../../../shared/errors'
import type { Version } from '../../../../shared/types'
import { resolveDataset } from '../../../store/resolve'
import type { StepContext } from '../../step'
import type { PruneParams } from './parameters'
import type { TrainingJob, TrainingResult } from '../../trainer/messages'
import { runTraining } from '../../trainer/runTraining'
import { preprocessingFor } from '../images/ends'
import { parentOf, readTeacher } from '../train/readTeacher'
import { reportTraining, watchSystem } from '../train/reportTraining'

export interface FineTuned {
  readonly graph: Graph
  readonly history: readonly EpochMetrics[]
}

/** Trains a graph that belongs to no version yet; its checkpoints lie in a folder of the step, so that a resumed step goes on with it. */
async function train(
  context: StepContext,
  params: PruneParams,
  parent: Version,
  graph: Graph,
  stage: string,
  overrides: Partial<TrainConfig>,
  extra: Pick<TrainingJob, 'gradientsOnly'> = {},
): Promise<TrainingResult> {
  const dataset = await resolveDataset(context.store, params.dataset ?? '')
  const config: TrainConfig = { ...params.training, ...overrides }
  const teacher = await readTeacher(
    context,
    config.distill,
    await parentOf(context.store, { ...parent, parentId: parent.id }),
    graph,
  )
  const job = {
    ...extra,
    graph,
    preprocessing: preprocessingFor(graph, parent),
    dataset,
    config,
    teacher,
    backend: params.backend,
    checkpointFolder: join(context.folder, stage),
    workspace: context.store.paths.root,
  }
  const stopWatching = watchSystem(context)
  try {
    const trained = await runTraining(job, {
      signal: context.signal,
      resumed: context.resumed,
      onMessage: (message) => reportTraining(context, message),
    })
    if (trained.diverged !== undefined) context.warn(`${trained.diverged}. The best checkpoint was restored`)
    if (trained.stopped) throw new NNOptError('cancelled', 'fine-tuning stopped on request; its checkpoint is kept')
    return trained
  } finally {
    stopWatching()
  }
}

/** Fine-tunes for some epochs. Masks stay. */
export async function fineTune(
  context: StepContext,
  params: PruneParams,
  parent: Version,
  graph: Graph,
  stage: string,
  epochs: number,
): Promise<FineTuned> {
  const { graph: trained, history } = await train(context, params, parent, graph, stage, { epochs })
  return { graph: trained, history }
}

/** (gradient · parameter)² of every parameter on training images, for importances that ask for it. */
export async function gradientsOf(
  context: StepContext,
  params: PruneParams,
  parent: Version,
  graph: Graph,
): Promise<Saliencies> {
  context.progress({ label: 'computing gradients', done: 0 })
  const still = {
    epochs: 1,
    batchSize: Math.min(params.batchSize, params.gradientSamples),
    trainLimit: params.gradientSamples,
    distill: undefined,
    augment: [],
  }
  const { saliencies } = await train(context, params, parent, graph, 'gradients', still, { gradientsOnly: true })
  assert(saliencies, () => 'the trainer returned no gradients')
  return saliencies
}

/** So small that no weight moves; only statistics are taken from the result anyway. */
const noLearning = 1e-12

/** Estimates the means and variances of batch normalization again on training images, weights untouched: those of a pruned network fit it no more. */
export async function reestimateStatistics(
  context: StepContext,
  params: PruneParams,
  parent: Version,
  graph: Graph,
  stage: string,
): Promise<Graph> {
  const uses = parameterUses(graph)
  const statistics = new Set(
    [...uses].filter(([, { role }]) => role === 'mean' || role === 'variance').map(([name]) => name),
  )
  if (statistics.size === 0) return graph
  const still = {
    epochs: 1,
    learningRate: noLearning,
    weightDecay: 0,
    emaDecay: 0,
    headEpochs: 0,
    warmupEpochs: 0,
    trainLimit: params.statisticsSamples,
    distill: undefined,
    augment: [],
  }
  const {
    graph: { initializers },
  } = await train(context, params, parent, graph, stage, still)
  return withParameters(graph, new Map([...initializers].filter(([name]) => statistics.has(name))))
}
