import { joinFloats } from '../../../../core/graph/joinFloats'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Graph, Node } from '../../../../core/graph/graph'
import type { ScoreKind } from '../../../../core/measure/classification'
import { compareScores } from '../../../../core/measure/compareScores'
import { describeLayer } from '../../../../core/quantize/analysis/describe'
import { hintFor } from '../../../../core/quantize/analysis/hint'
import {
  onlyActivations,
  onlyLayer,
  onlyWeights,
  outputOf,
  withoutLayers,
} from '../../../../core/quantize/analysis/restrict'
import { ptqConfig } from '../../../../core/quantize/config'
import type { PtqConfig } from '../../../../core/quantize/config'
import { quantizationOf } from '../../../../core/quantize/qConfig'
import { keptLayers, prepare } from '../../../../core/quantize/ptq'
import { atLeast } from '../../../../shared/atLeast'
import { NNOptError } from '../../../../shared/errors'
import type { LayerAnalysis, QuantizationAnalysis, Version } from '../../../../shared/types'
import { startInferenceThread } from '../../../inference/inferenceWorker'
import type { InferenceThread } from '../../../inference/inferenceWorker'
import { errorsOf, followed, trailOf } from '../../../inference/sensitivity'
import type { Trail } from '../../../inference/sensitivity'
import type { ImageBatch } from '../../../inference/messages'
import type { StepContext } from '../../step'
import type { AnalyzeParams } from './analyzeParameters'
import { withTrainingState } from '../versions/trainingState'
import { firstImages, kept } from '../images/labelledImages'
import type { QuantizedNetwork } from './network'
import { compareWith, scoresOf } from './scores'
import { withWorkbench } from './workbench'
import type { Workbench } from './workbench'
import { outputAxis } from '../../../../core/ops/nodeFacts'

type Hooks = Pick<StepContext, 'progress' | 'signal'>

/** Layers by how much less the scores diverge when each alone is in float, the largest first. */
export async function worstLayers(
  network: QuantizedNetwork,
  bench: Workbench,
  config: PtqConfig,
  hooks: Hooks,
): Promise<readonly string[]> {
  const { layers } = await analyzeNetwork(hooks, network, config, bench, switchedImages)
  return [...layers].sort((a, b) => b.oneOff - a.oneOff).map(({ layer }) => layer)
}

/** Images a run of the analysis, and how many of them the layers are switched on and off with. */
const [batchSize, switchedImages] = [8, 16]

/** Says what quantization does to every layer of a version: of an int8 version as it is, of an fp32 version as it would be. */
export async function analyzeVersion(context: StepContext, params: AnalyzeParams): Promise<QuantizationAnalysis> {
  const version = await context.version(params.version)
  const parent = await parentOf(context, version)
  const config = configOf(context, version, params)
  const { dataset, seed, validationSamples, samples } = params
  const workbench = { from: parent.id, dataset, seed, validationSamples, ...quantizationOf(config) }
  return withWorkbench(context, workbench, async (bench) => {
    if (params.keepFp32.length > 0) return keptInFloat(context, bench, version, params.keepFp32, config)
    const network = await networkOf(context, bench, version, config)
    return { version: version.id, kept: null, ...(await analyzeNetwork(context, network, config, bench, samples)) }
  })
}

async function analyzeNetwork(
  hooks: Hooks,
  network: QuantizedNetwork,
  config: PtqConfig,
  bench: Workbench,
  samples: number,
): Promise<Omit<QuantizationAnalysis, 'version' | 'kept'>> {
  const images = await kept(analysisImages(bench, samples))
  const thread = startInferenceThread()
  try {
    return { images: imageCount(images), ...(await everyLayer(hooks, thread, network, images, config, bench)) }
  } finally {
    await thread.close()
  }
}

const imageCount = (images: readonly ImageBatch[]): number => images.reduce((sum, { shape }) => sum + shape[0]!, 0)

async function parentOf({ store }: StepContext, version: Version): Promise<Version> {
  if (version.precision === 'fp32') return version
  const parent = version.parentId === null ? undefined : await store.versions.find(version.parentId)
  if (parent?.precision === 'fp32' && existsSync(store.paths.trainingState(version.id))) return parent
  throw new NNOptError(
    'unsupported',
    `version '${version.name}' is int8 and was not made from an fp32 version in this workspace, so there is nothing to compare its layers with; analyze an fp32 version instead`,
  )
}

/** As the version was made; the present defaults for an fp32 version. */
function configOf(
  { store }: StepContext,
  version: Version,
  { activationObserver, weightObserver }: AnalyzeParams,
): PtqConfig {
  const file = join(store.paths.version(version.id), 'details.json')
  if (version.precision === 'fp32') return ptqConfig.parse({ activationObserver, weightObserver })
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { readonly config?: unknown }
  return ptqConfig.parse(config ?? {})
}

async function networkOf(
  { store }: StepContext,
  { builder }: Workbench,
  version: Version,
  config: PtqConfig,
): Promise<QuantizedNetwork> {
  if (version.precision === 'fp32') return builder.build({ ...config, normReestimation: false, adaround: false })
  const { prepared, statistics } = await builder.build({
    ...config,
    biasCorrection: false,
    normReestimation: false,
    adaround: false,
  })
  const file = store.paths.trainingState(version.id)
  return {
    prepared,
    statistics,
    graph: withTrainingState(prepared.graph, readFileSync(file), `${version.name}/training.safetensors`),
  }
}

function analysisImages({ images, calibration }: Workbench, samples: number): AsyncIterable<ImageBatch> {
  if (images.labels('val').length === 0) return firstImages(calibration.labelled, samples)()
  return images.batches('val', images.choose('val', samples, 'stratified', calibration.seed), batchSize)
}

const hasWeight = ({ qparams }: Graph, node: Node): boolean =>
  outputAxis(node) !== undefined && qparams.has(node.inputs[1]!)

async function everyLayer(
  context: Hooks,
  thread: InferenceThread,
  { prepared, statistics, graph }: QuantizedNetwork,
  images: readonly ImageBatch[],
  config: PtqConfig,
  { options }: Workbench,
): Promise<Pick<QuantizationAnalysis, 'divergence' | 'layers'>> {
  const nodes = graph.nodes.filter((node) => hasWeight(graph, node))
  const values = [...new Set(nodes.map((node) => outputOf(graph, node)))]
  context.progress({ label: 'comparing layers', done: 0 })
  const variants = [graph, onlyWeights(graph), onlyActivations(graph)]
  const [all, weights, activations] = atLeast(3, await errorsOf(thread, prepared.graph, variants, values, images))
  const switched = images.slice(0, Math.ceil(switchedImages / images[0]!.shape[0]!))
  const [floatTrail, simulatedTrail] = [
    await trailOf(thread, prepared.graph, switched),
    await trailOf(thread, graph, switched),
  ]
  const divergenceOf = (scores: readonly Float32Array[]): number =>
    compareAll(floatTrail, imageCount(switched), scores, options.kind)
  const divergence = divergenceOf(simulatedTrail.scores)
  const found: LayerAnalysis[] = []
  for (const [index, node] of nodes.entries()) {
    if (context.signal.aborted) throw new NNOptError('cancelled', 'analysis stopped on request')
    context.progress({
      label: 'switching layers between int8 and fp32',
      done: index,
      total: nodes.length,
      unit: 'layers',
    })
    const oneOn = divergenceOf(await followed(thread, floatTrail, onlyLayer(graph, node), node))
    const oneOff =
      divergence -
      divergenceOf(
        await followed(thread, simulatedTrail, withoutLayers(graph, [...keptLayers(graph, config), node.name]), node),
      )
    const output = outputOf(graph, node)
    const error = (meters: typeof all): LayerAnalysis['error'] =>
      meters.get(output)?.error() ?? { sqnrDb: null, cosine: 1 }
    const facts = {
      ...describeLayer(graph, node, statistics, prepared.placement.activations),
      error: error(all),
      weightError: error(weights),
      activationError: error(activations),
      oneOn,
      oneOff,
    }
    found.push({ ...facts, hint: hintFor(facts, divergence, config.weightGranularity === 'perTensor') })
  }
  return { divergence, layers: found.sort((a, b) => Math.max(b.oneOn, b.oneOff) - Math.max(a.oneOn, a.oneOff)) }
}

function compareAll(
  { scores: reference }: Trail,
  images: number,
  scores: readonly Float32Array[],
  kind: ScoreKind,
): number {
  const labels = new Int32Array(images)
  return compareScores({ scores: joinFloats(reference), labels, kind }, { scores: joinFloats(scores), labels, kind })
    .divergence
}

/** Layers in float: nothing is calibrated or corrected again, so the answer is there in seconds. */
async function keptInFloat(
  context: StepContext,
  bench: Workbench,
  version: Version,
  layers: readonly string[],
  config: PtqConfig,
): Promise<QuantizationAnalysis> {
  if (version.precision === 'fp32')
    throw new NNOptError(
      'wrongCall',
      `version '${version.name}' is fp32: --keep-fp32 measures changes of an int8 version; quantize it first`,
    )
  const validation = bench.validation
  if (!validation)
    throw new NNOptError('badInput', `dataset '${bench.images.record.name}' has no validation images to measure on`)
  const startedAt = performance.now()
  const prepared = prepare(bench.source, { ...config, keepFp32: [...config.keepFp32, ...layers] })
  const graph = withTrainingState(
    prepared.graph,
    readFileSync(context.store.paths.trainingState(version.id)),
    `${version.name}/training.safetensors`,
  )
  const reference = await bench.reference()
  context.progress({ label: 'evaluating with layers in fp32', done: 0 })
  const before = compareScores(
    reference,
    await scoresOf(context.store.paths.model(version.id), validation, bench.options),
  )
  const after = await compareWith(
    reference,
    withoutLayers(graph, [...keptLayers(graph, config), ...layers]),
    validation,
    bench.options,
  )
  return {
    version: version.id,
    images: after.samples,
    divergence: after.divergence,
    layers: [],
    kept: { layers, before, after, seconds: (performance.now() - startedAt) / 1000 },
  }
}
