import { paramsOf, previousStep, referenceIn } from '../../../core/recipe/references'
import { NNOptError } from '../../../shared/errors'
import type { Recipe, RecipeStep, Run, StepEstimate } from '../../../shared/types'
import type { Step } from '../../jobs/step'
import type { Store } from '../../store'
import { resolveVersion } from '../../store/resolve'
import { architectureFacts, versionFacts } from './graphFacts'
import type { GraphFacts } from './graphFacts'
import { workOf } from './work'
import type { Work } from './work'

interface Estimator {
  readonly store: Store
  readonly steps: { get(id: string): Step; has(id: string): boolean }
}

type Params = Readonly<Record<string, unknown>>

/** Facts about the versions made by earlier steps, by index. */
type Made = readonly (GraphFacts | undefined)[]

/**
 * Estimates each step of a recipe: sizes are computed from graphs, times are based on steps of the same kind that have
 * run on this machine.
 */
export async function estimateRecipe(parts: Estimator, recipe: Recipe): Promise<readonly StepEstimate[]> {
  const made: (GraphFacts | undefined)[] = []
  const estimates: StepEstimate[] = []
  for (const [index, entry] of recipe.steps.entries()) {
    const { input, output, work } = await lookAt(parts, recipe, index, made)
    made.push(output)
    const result = makesVersion(entry.step) ? output : input
    estimates.push({
      ...(await timeOf(parts, entry, work)),
      sizeBytes: makesVersion(entry.step) ? (output?.sizeBytes ?? null) : null,
      params: result?.params ?? null,
      macs: result?.macs ?? null,
    })
  }
  return estimates
}

const makesVersion = (step: string): boolean => ['train', 'quantize', 'prune'].includes(step)

interface Look {
  readonly input: GraphFacts | undefined
  readonly output: GraphFacts | undefined
  readonly work: Work | undefined
}

/** What a step starts from, what it makes, and how much work it is. */
async function lookAt(parts: Estimator, recipe: Recipe, index: number, made: Made): Promise<Look> {
  const entry = recipe.steps[index]!
  const params = withDefaults(parts, entry)
  const input = await inputOf(parts, recipe, index, params, made)
  const dataset = typeof params.dataset === 'string' ? await parts.store.datasets.find(params.dataset) : undefined
  return {
    input,
    output: outputOf(entry.step, input),
    work: workOf(entry.step, params, { macs: input?.macs, dataset }),
  }
}

function withDefaults({ steps }: Estimator, entry: RecipeStep): Params {
  const parsed = steps.has(entry.step) ? steps.get(entry.step).parse(paramsOf(entry)) : undefined
  return parsed?.ok ? parsed.value.fields : paramsOf(entry)
}

/** Pruning depends on the weights, so its result cannot be estimated here. */
function outputOf(step: string, input: GraphFacts | undefined): GraphFacts | undefined {
  if (step === 'quantize') return input && { ...input, precision: 'int8', sizeBytes: input.int8Bytes }
  return step === 'prune' ? undefined : input
}

async function inputOf(
  parts: Estimator,
  recipe: Recipe,
  index: number,
  params: Params,
  made: Made,
): Promise<GraphFacts | undefined> {
  if (typeof params.architecture === 'string') {
    const dataset = typeof params.dataset === 'string' ? await parts.store.datasets.find(params.dataset) : undefined
    return architectureFacts(params.architecture, {
      ...(dataset && { classes: dataset.classes.length }),
      ...(params.architectureParams as Params | undefined),
    })
  }
  const reference = params.from ?? params.version ?? (Array.isArray(params.versions) ? params.versions[0] : undefined)
  if (typeof reference !== 'string') return undefined
  const name = referenceIn(reference)
  if (name === previousStep) return made[index - 1]
  if (name !== undefined) return made[recipe.steps.findIndex(({ id }, position) => position < index && id === name)]
  try {
    return await versionFacts(parts.store, await resolveVersion(parts.store, reference))
  } catch (error) {
    // An unknown name is reported with the recipe's problems; an estimate has nothing to add.
    if (error instanceof NNOptError) return undefined
    throw error
  }
}

/** Steps of one kind that work differently are distinguished by their mode. */
const sameWork = (a: RecipeStep, b: RecipeStep): boolean => a.step === b.step && (a.mode ?? null) === (b.mode ?? null)

/** Number of runs to search for earlier work. */
const runsLookedAt = 50

async function timeOf(
  parts: Estimator,
  entry: RecipeStep,
  work: Work | undefined,
): Promise<Pick<StepEstimate, 'seconds' | 'basis'>> {
  if (!work) return { seconds: null, basis: 'the model or dataset does not exist yet' }
  for (const run of (await parts.store.runs.list()).slice(0, runsLookedAt)) {
    const rate = await rateOf(parts, run, entry, work.unit)
    if (rate !== undefined) return { seconds: rate * work.amount, basis: `from run '${run.name}'` }
  }
  return { seconds: null, basis: `no ${entry.step} step has run on this machine yet` }
}

/** Seconds per unit of work in a finished step of the same kind. */
async function rateOf(parts: Estimator, run: Run, entry: RecipeStep, unit: string): Promise<number | undefined> {
  for (const [index, { seconds }] of run.results.entries()) {
    if (!sameWork(run.recipe.steps[index]!, entry) || seconds <= 0) continue
    const made = await Promise.all(run.results.map(({ versionId }) => finished(parts, versionId)))
    const { work } = await lookAt(parts, run.recipe, index, made)
    if (work && work.unit === unit && work.amount > 0) return seconds / work.amount
  }
  return undefined
}

async function finished({ store }: Estimator, versionId: string | undefined): Promise<GraphFacts | undefined> {
  const version = (await store.versions.list(false)).find(({ id }) => id === versionId)
  return version && versionFacts(store, version)
}
