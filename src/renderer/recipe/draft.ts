import type { Recipe, RecipeStep, StepEntry } from '../../shared/types'
import { everyFieldOf } from '../components/schemaFields'
import type { Field } from '../components/schemaFields'
import type { VersionRow } from '../stores/versions'

/** A recipe being edited: values may still be invalid. */
export interface Draft {
  readonly name: string
  readonly description?: string | undefined
  readonly steps: readonly RecipeStep[]
}

/** What a draft needs to know of the steps that there are. */
export type StepKinds = readonly StepEntry[]

const makesVersion = (kinds: StepKinds, { step }: RecipeStep): boolean =>
  kinds.some(({ id, makes }) => id === step && makes === 'version')

const freeId = (base: string, steps: readonly RecipeStep[]): string => {
  const taken = new Set(steps.map(({ id }) => id))
  let id = base
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`
  return id
}

/** Earlier steps that a step can refer to, as `$name`. */
export const referencesBefore = (steps: readonly RecipeStep[], index: number, kinds: StepKinds): readonly string[] =>
  steps.slice(0, index).flatMap((each) => (each.id !== undefined && makesVersion(kinds, each) ? [`$${each.id}`] : []))

/** Appends a step that starts from the last version made, or from the one the last step used. */
export function withStep(draft: Draft, step: string, kinds: StepKinds): Draft {
  const makerAt = draft.steps.findLastIndex((each) => makesVersion(kinds, each))
  const named = draft.steps.map((each, index) =>
    index === makerAt && each.id === undefined ? { ...each, id: freeId(idHintOf(kinds, each), draft.steps) } : each,
  )
  const maker = named[makerAt]
  const subject = maker ? `$${maker.id}` : lastNamed(draft.steps.slice(-1), kinds, 'version')
  const dataset = lastNamed(draft.steps, kinds, 'dataset')
  const added: RecipeStep = {
    step,
    ...(step === 'train' && subject !== undefined && trainOn),
    ...Object.fromEntries(
      namingFields(kinds, step).flatMap(({ name, kind, meta }) => {
        const value = meta.names === 'dataset' ? dataset : subject
        return value === undefined ? [] : [[name, kind === 'list' ? [value] : value]]
      }),
    ),
  }
  return { ...draft, steps: [...named, added] }
}

const idHintOf = (kinds: StepKinds, { step }: RecipeStep): string => kinds.find(({ id }) => id === step)?.idHint ?? step

/** Fields of a step that name something of the workspace and are filled in for the user. */
const namingFields = (kinds: StepKinds, step: string): readonly Field[] =>
  everyFieldOf(kinds.find(({ id }) => id === step)?.schema ?? {}).filter(({ meta }) => meta.names && !meta.aside)

/** The last version or dataset that steps name. */
const lastNamed = (steps: readonly RecipeStep[], kinds: StepKinds, names: 'version' | 'dataset'): string | undefined =>
  steps
    .flatMap((entry) =>
      namingFields(kinds, entry.step)
        .filter(({ meta }) => meta.names === names)
        .map(({ name }) => entry[name]),
    )
    .findLast((value): value is string => typeof value === 'string')

export const withoutStep = (draft: Draft, index: number): Draft => ({
  ...draft,
  steps: draft.steps.filter((_, at) => at !== index),
})

export function movedStep(draft: Draft, index: number, by: -1 | 1): Draft {
  const steps = [...draft.steps]
  const [moved] = steps.splice(index, 1)
  if (moved) steps.splice(index + by, 0, moved)
  return { ...draft, steps }
}

/** A step with one field changed; undefined removes the field, so that its default applies. */
export function withField(draft: Draft, index: number, name: string, value: unknown): Draft {
  const steps = draft.steps.map((each, at) => {
    if (at !== index) return each
    const { [name]: _before, ...rest } = each
    return (value === undefined ? rest : { ...rest, [name]: value }) as RecipeStep
  })
  return { ...draft, steps }
}

export interface Preset {
  readonly id: string
  make(version: VersionRow | undefined, dataset: string): Draft
}

/**
 * A trained network is fine-tuned gently: the learning rate for training from scratch would undo what it has learned.
 */
export const trainOn = { epochs: 5, learningRate: 0.01 } as const

const int8 = (version: string, dataset: string): readonly RecipeStep[] => [
  { step: 'evaluate', version: '$int8', dataset },
  { step: 'benchmark', versions: [version, '$int8'] },
]

/** Presets worth a click; `prune` and `qat` are offered if the engine has them. */
export const presets: readonly Preset[] = [
  {
    id: 'ptq',
    make: (row, dataset) => ({
      name: `quantize ${nameOf(row)}`,
      steps: [{ step: 'quantize', id: 'int8', from: nameOf(row), dataset }, ...int8(nameOf(row), dataset)],
    }),
  },
  {
    id: 'ladder',
    make: (row, dataset) => ({
      name: `quantize ${nameOf(row)} with the ladder`,
      steps: [
        { step: 'quantize', id: 'int8', from: nameOf(row), dataset, ladder: true },
        ...int8(nameOf(row), dataset),
      ],
    }),
  },
  {
    id: 'qat',
    make: (row, dataset) => ({
      name: `quantize ${nameOf(row)} with training`,
      steps: [{ step: 'quantize', id: 'int8', from: nameOf(row), dataset, mode: 'qat' }, ...int8(nameOf(row), dataset)],
    }),
  },
  {
    id: 'prune',
    make: (row, dataset) => ({
      name: `prune and quantize ${nameOf(row)}`,
      steps: [
        { step: 'prune', id: 'pruned', from: nameOf(row), dataset, amount: 0.5 },
        { step: 'train', id: 'tuned', from: '$pruned', dataset, ...trainOn },
        { step: 'quantize', id: 'int8', from: '$tuned', dataset },
        ...int8(nameOf(row), dataset),
      ],
    }),
  },
  {
    id: 'train',
    make: (_row, dataset) => ({
      name: `train on ${dataset}`.replace(/ on $/, ''),
      steps: [
        { step: 'train', id: 'float', architecture: 'mobilenet-v2', dataset },
        { step: 'evaluate', version: '$float', dataset },
      ],
    }),
  },
  {
    id: 'tune',
    make: (row, dataset) => ({
      name: `fine-tune ${nameOf(row)}`,
      steps: [
        { step: 'train', id: 'tuned', from: nameOf(row), dataset, ...trainOn },
        { step: 'evaluate', version: '$tuned', dataset },
      ],
    }),
  },
  {
    id: 'measure',
    make: (row, dataset) => ({
      name: `measure ${nameOf(row)}`,
      steps: [
        { step: 'evaluate', version: nameOf(row), dataset },
        { step: 'benchmark', versions: [nameOf(row)] },
      ],
    }),
  },
]

const nameOf = (row: VersionRow | undefined): string => row?.version.name ?? ''

/** Omits what a preset cannot fill in yet; the form then asks for it. */
export const withoutBlanks = (draft: Draft): Draft => ({
  ...draft,
  steps: draft.steps.map(
    (step) => Object.fromEntries(Object.entries(step).filter(([, value]) => value !== '')) as RecipeStep,
  ),
})

export const asRecipe = ({ name, description, steps }: Draft): Recipe => ({
  name: name.trim() || 'run',
  ...(description && { description }),
  steps: [...steps],
})
