import { parameterUses, withParameters } from '../../../../core/execute/parameters'
import { withModelFacts } from '../../../../core/data/modelFacts'
import { guessPreprocessing } from '../../../../core/data/preprocessing'
import type { Preprocessing } from '../../../../core/data/preprocessing'
import { imageInput } from '../../../../core/graph/graph'
import type { Graph } from '../../../../core/graph/graph'
import { architectures } from '../../../../core/architectures/index'
import { atLeast } from '../../../../shared/atLeast'
import { NNOptError } from '../../../../shared/errors'
import type { Version } from '../../../../shared/types'
import type { DatasetRecord } from '../../../datasets/record'
import { freeName, resolveDataset } from '../../../store/resolve'
import type { StepContext, StepOutput } from '../../step'
import type { TrainParams } from './parameters'
import { runTraining } from '../../trainer/runTraining'
import { preprocessingFor } from '../images/ends'
import { matchClasses } from '../images/matchClasses'
import { readModelFile } from '../versions/readModelFile'
import { readTrainable } from '../versions/readVersion'
import { reportTraining, watchSystem } from './reportTraining'
import { saveModel } from '../versions/saveModel'
import { parentOf, readTeacher } from './readTeacher'

interface Start {
  readonly graph: Graph
  readonly preprocessing: Preprocessing
  readonly parent?: Version
}

/** Trains in the trainer's thread, keeps what it reports as metrics, and saves the chosen weights as a version. */
export async function trainVersion(
  context: StepContext,
  params: TrainParams,
  checkpointFolder: string,
): Promise<StepOutput> {
  const dataset = await resolveDataset(context.store, params.dataset)
  const start = await (params.from === undefined
    ? fromArchitecture(context, params, dataset)
    : fromVersion(context, params.from, dataset))
  const stopWatching = watchSystem(context)
  try {
    const teacher = await readTeacher(
      context,
      params.config.distill,
      start.parent && (await parentOf(context.store, start.parent)),
      start.graph,
    )
    const job = {
      graph: start.graph,
      preprocessing: start.preprocessing,
      dataset,
      config: params.config,
      teacher,
      backend: params.backend,
      checkpointFolder,
      workspace: context.store.paths.root,
    }
    const { graph, history, bestEpoch, stopped, diverged, device } = await runTraining(job, {
      signal: context.signal,
      resumed: context.resumed,
      onMessage: (message) => reportTraining(context, message),
    })
    if (stopped) throw new NNOptError('cancelled', 'training stopped on request; its checkpoint is kept')
    const name =
      params.name ??
      (await freeName(context.store, start.parent ? `${start.parent.name}-tuned` : (params.architecture ?? 'trained')))
    const warnings =
      diverged === undefined ? [] : [`${diverged}. The best checkpoint was restored: epoch ${(bestEpoch ?? 0) + 1}`]
    warnings.forEach((warning) => context.warn(warning))
    const version = await saveModel(context, {
      graph,
      name,
      origin: 'trained',
      precision: 'fp32',
      trainable: true,
      warnings,
      parent: start.parent,
      details: { device, bestEpoch, history },
    })
    return { versionId: version.id, output: { device, bestEpoch, epochs: history } }
  } finally {
    stopWatching()
  }
}

async function fromArchitecture(
  context: StepContext,
  { architecture = '', architectureParams, config: { seed }, weightsFrom }: TrainParams,
  { classes, facts: { imageSize } }: DatasetRecord,
): Promise<Start> {
  const smallest = Math.min(imageSize.minWidth, imageSize.minHeight)
  const built = architectures.get(architecture).build(
    {
      classes: classes.length,
      ...(smallest <= smallSide && smallest >= 8 && { size: smallest }),
      ...architectureParams,
    },
    seed,
  )
  const [height, width] = atLeast(2, imageInput(built).shape.slice(2).map(Number))
  const { preprocessing } = guessPreprocessing(height, width)
  const parent = weightsFrom === undefined ? undefined : await context.version(weightsFrom)
  const graph = parent
    ? withWeightsOf(built, readModelFile(context.store.paths.model(parent.id)).graph, parent.name)
    : built
  return { graph: withModelFacts(graph, { preprocessing, classes }), preprocessing, ...(parent && { parent }) }
}

/** The network with another's weights wherever names and shapes agree: the same layers at another resolution, or another classifier. */
function withWeightsOf(graph: Graph, donor: Graph, name: string): Graph {
  const taken = [...parameterUses(graph).keys()].flatMap((parameter) => {
    const [own, other] = [graph.initializers.get(parameter), donor.initializers.get(parameter)]
    return own && other && own.shape.join() === other.shape.join() ? [[parameter, other] as const] : []
  })
  if (taken.length === 0)
    throw new NNOptError(
      'badInput',
      `version '${name}' has no matching weights: expected names such as '${[...parameterUses(graph).keys()][0]}', got '${[...parameterUses(donor).keys()][0]}'`,
    )
  return withParameters(graph, new Map(taken))
}

/** Images up to this side are trained at their own size unless the architecture's parameters say otherwise. */
const smallSide = 64

export async function fromVersion(
  { store, version: find }: StepContext,
  reference: string,
  dataset: DatasetRecord,
): Promise<Start> {
  const parent = await find(reference)
  const graph = readTrainable(store, parent)
  const { classes, outputOf } = matchClasses(parent, dataset)
  if (outputOf.some((output, label) => output !== label)) {
    throw new NNOptError(
      'badInput',
      `dataset '${dataset.name}' lists its classes in a different order than model '${parent.name}': expected ${classes.join(', ')}; got ${dataset.classes.join(', ')}`,
    )
  }
  const preprocessing = preprocessingFor(graph, parent)
  return { graph: withModelFacts(graph, { preprocessing, classes }), preprocessing, parent }
}
