import type { Step } from '../jobs/step'
import { NNOptError } from '../../shared/errors'
import type { Registry } from '../../shared/registry'
import type { Recipe, RecipeProblem, RecipeStep } from '../../shared/types'
import { schemaOf } from '../schemaOf'
import type { PathRules } from './pathRules'

/** What a step's schema says of a field that names a file (`meta({ path })`). */
interface FieldFacts {
  /** `text`: a text file whose content would be shown or kept. */
  readonly path?: 'existing' | 'new' | 'text'
  /** Of a `text` field: names that are no files. */
  readonly presets?: readonly string[]
}

export interface RestrictedRecipe {
  /** With real paths, and set not to follow links or overwrite. */
  readonly recipe: Recipe
  readonly problems: readonly RecipeProblem[]
}

/** A recipe as a token holder may run it. Fields that reach too far stay as they are and come back as problems. */
export function restrictRecipe(recipe: Recipe, steps: Registry<Step>, rules: PathRules): RestrictedRecipe {
  const problems: RecipeProblem[] = []
  const restricted = recipe.steps.map((entry, step) =>
    // An unknown step is reported when the recipe is checked as a whole.
    steps.has(entry.step)
      ? restrictStep(entry, fieldsOf(steps.get(entry.step)), rules, (field, message) =>
          problems.push({ step, field, message }),
        )
      : entry,
  )
  return { recipe: { ...recipe, steps: restricted }, problems }
}

/** The same. Throws `forbidden` for the first field that reaches too far. */
export function assertRestricted(recipe: Recipe, steps: Registry<Step>, rules: PathRules): Recipe {
  const { recipe: restricted, problems } = restrictRecipe(recipe, steps, rules)
  const [problem] = problems
  if (!problem) return restricted
  throw new NNOptError('forbidden', `recipe '${recipe.name}': ${problem.field}: ${problem.message}`)
}

const fieldsOf = ({ params }: Step): Readonly<Record<string, FieldFacts>> =>
  (schemaOf(params).properties ?? {}) as Readonly<Record<string, FieldFacts>>

function restrictStep(
  entry: RecipeStep,
  fields: Readonly<Record<string, FieldFacts>>,
  rules: PathRules,
  onProblem: (field: string, message: string) => void,
): RecipeStep {
  let mayReplace = true
  const place = (path: string, { path: kind, presets = [] }: FieldFacts): string => {
    if (kind === 'existing') return rules.readable(path)
    if (kind === 'new') {
      const target = rules.writable(path)
      mayReplace &&= target.mayReplace
      return target.path
    }
    if (presets.includes(path)) return path
    throw new NNOptError('forbidden', `'${path}': this token cannot read text files; give the values themselves`)
  }
  const paths = Object.entries(fields).filter(([field, { path }]) => path !== undefined && entry[field] !== undefined)
  const placed = paths.map(([field, facts]) => {
    try {
      return [field, eachText(entry[field], facts, place)] as const
    } catch (error) {
      if (!(error instanceof NNOptError)) throw error
      onProblem(field, error.message)
      return [field, entry[field]] as const
    }
  })
  return {
    ...entry,
    ...Object.fromEntries(placed),
    ...('overwrite' in fields && { overwrite: mayReplace && entry.overwrite !== false }),
    ...('followLinks' in fields && { followLinks: false }),
  }
}

/** A list names files, unless it stands in place of a text file. */
function eachText(value: unknown, facts: FieldFacts, place: (path: string, facts: FieldFacts) => string): unknown {
  if (typeof value === 'string') return place(value, facts)
  if (Array.isArray(value) && facts.path !== 'text') return value.map((each) => eachText(each, facts, place))
  return value
}
