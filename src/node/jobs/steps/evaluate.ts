import { z } from 'zod'
import { otherCpuWarning } from '../../../core/quantize/otherCpu'
import { split } from '../../../shared/types'
import type { Version } from '../../../shared/types'
import { createId } from '../../store/ids'
import { resolveDataset } from '../../store/resolve'
import { quantizationFactsOf } from '../../store/quantizationFacts'
import type { EvaluationRequest, ScoredVersion } from '../work/measure/evaluateVersion'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'
import { datasetName, versionName } from '../../../shared/fields'

const params = z.object({
  version: versionName().describe('Version to evaluate'),
  dataset: datasetName().describe('Dataset'),
  split: split.default('test').describe('Split to evaluate on'),
  limit: z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ unit: 'images' })
    .describe('Evaluate on a seeded, stratified sample of this many images'),
  seed: z.number().int().min(0).default(0).describe('Seed of the random sample'),
  batchSize: z.number().int().min(1).max(1024).default(50).meta({ unit: 'images' }).describe('Images per batch'),
  threads: z.number().int().min(1).max(256).optional().describe('onnxruntime threads (default: all cores)'),
  tuned: z
    .boolean()
    .default(false)
    .describe(
      'Use the highest-throughput configuration found by tuning on this machine, with its batch size and threads',
    ),
  exact: z
    .boolean()
    .default(false)
    .describe(
      'Prevent saturating int8 products (session.x64quantprecision) to get the accuracy on a CPU with exact sums; recorded with the run, not with the version',
    ),
})

/** Measures accuracy and speed of a version, and keeps the result with it. */
export const evaluateStep = defineStep({
  id: 'evaluate',
  label: 'Evaluate',
  help: 'Measures the accuracy of a version on a split of a dataset',
  params,
  resolve,
  run,
})

type Params = z.output<typeof params>

function resolve(fields: Params, issues: z.RefinementCtx): Params {
  const message =
    'expected no tuned configuration, got both; exact sums are an onnxruntime setting for the original file'
  if (fields.tuned && fields.exact) issues.addIssue({ code: 'custom', path: ['exact'], message })
  return fields
}

async function run(
  context: StepContext,
  { version: reference, dataset, tuned, ...options }: Params,
): Promise<StepOutput> {
  const { store } = context
  const version = await context.version(reference)
  const { evaluateVersion } = await import('../work/measure/evaluateVersion')
  const best = tuned
    ? await tunedRequest(context, version)
    : options.exact
      ? {}
      : await ordinaryRequest(context, version)
  const { evaluation, predictions } = await evaluateVersion(
    {
      version,
      modelPath: store.paths.model(version.id),
      dataset: await resolveDataset(store, dataset),
      ...options,
      ...best,
    },
    context,
  )
  evaluation.warnings.forEach(context.warn)
  await warnOfOtherCpu(context, version)
  if (evaluation.skipped.length > 0)
    context.warn(
      `${evaluation.skipped.length} images could not be read and were skipped; the first: ${evaluation.skipped[0]!.path}: ${evaluation.skipped[0]!.reason}`,
    )
  // What another engine or file scores is not what everybody gets from the version's file.
  if (!options.exact && !tuned) await keep(context, version, options, { evaluation, predictions })
  return { output: { evaluation } }
}

async function tunedRequest(
  { store }: StepContext,
  version: Version,
): Promise<Pick<EvaluationRequest, 'runs' | 'concurrency' | 'batchSize' | 'engine'>> {
  const { tunedModel } = await import('../../inference/tuned')
  const { path, form, concurrency, options, batch } = tunedModel(store, version, 'throughput')
  return { runs: { path, form }, concurrency, batchSize: batch, engine: options.engine }
}

/** A default session; of the file with zero channels, the same function, where that was measured to be faster here. */
async function ordinaryRequest({ store }: StepContext, { id }: Version): Promise<Pick<EvaluationRequest, 'runs'>> {
  const { ordinaryFile } = await import('../../inference/tuned')
  return { runs: ordinaryFile(store, id, 'throughput') }
}

/** Scores of a default session alone: a version is known by what everybody gets from its file. */
async function keep(
  { store, runId }: StepContext,
  version: Version,
  { limit = null, seed }: { readonly limit?: number | null | undefined; readonly seed: number },
  { evaluation, predictions }: Omit<ScoredVersion, 'right'>,
): Promise<void> {
  const id = createId('e')
  await store.measurements.addEvaluation(
    { id, versionId: version.id, runId, createdAt: new Date().toISOString(), limit, seed, evaluation },
    predictions,
  )
}

/** int8 may compute something else on another kind of CPU than it was made on. */
async function warnOfOtherCpu({ store, warn }: StepContext, version: Version): Promise<void> {
  const facts = quantizationFactsOf(store, version)
  if (!facts) return
  const [{ cpuInfo }, { probeSaturation }] = await Promise.all([
    import('../../inference/cpu'),
    import('../../inference/saturation'),
  ])
  const warning = otherCpuWarning(facts, { ...cpuInfo(), ...(await probeSaturation()) })
  if (warning !== undefined) warn(warning)
}
