import { NNOptError } from '../../../../shared/errors'

export interface ClassMatch {
  /** In the order of the model's outputs. */
  readonly classes: readonly string[]
  /** The model's output for each class of the dataset. */
  readonly outputOf: Int32Array
  readonly note?: string
}

interface Named {
  readonly name: string
  readonly classes: readonly string[]
}

const listed = 5
const list = (names: readonly string[]): string =>
  `${names.slice(0, listed).join(', ')}${names.length > listed ? `, … (${names.length})` : ''}`

/** Finds the model's output for every class of a dataset, by name; the order may differ. Throws `badInput` naming the difference. */
export function matchClasses(model: Named & { readonly classCount: number }, dataset: Named): ClassMatch {
  if (model.classes.length === 0) return takeOver(model, dataset)
  const outputOf = Int32Array.from(dataset.classes, (name) => model.classes.indexOf(name))
  const unknown = dataset.classes.filter((name) => !model.classes.includes(name))
  const missing = model.classes.filter((name) => !dataset.classes.includes(name))
  if (unknown.length + missing.length === 0) return { classes: model.classes, outputOf }
  const differences = [
    unknown.length > 0 && `only in the dataset: ${list(unknown)}`,
    missing.length > 0 && `only in the model: ${list(missing)}`,
  ]
    .filter(Boolean)
    .join('; ')
  throw new NNOptError(
    'badInput',
    `dataset '${dataset.name}' and model '${model.name}' have different classes: ${differences}; expected the same ${model.classes.length} names`,
    { unknown, missing },
  )
}

/** A model without class names takes those of the dataset, when there are as many. */
function takeOver({ name, classCount }: Named & { readonly classCount: number }, dataset: Named): ClassMatch {
  if (dataset.classes.length !== classCount) {
    throw new NNOptError(
      'badInput',
      `model '${name}' has ${classCount} outputs without class names, dataset '${dataset.name}' has ${dataset.classes.length} classes (${list(dataset.classes)}): expected the same number`,
    )
  }
  const note = `model '${name}' has no class names: its outputs are assumed to be in the order of dataset '${dataset.name}' (${list(dataset.classes)})`
  return { classes: dataset.classes, outputOf: Int32Array.from(dataset.classes, (_, index) => index), note }
}
