import { z } from 'zod'
import type { Operator } from '../core/ops/operator'
import type { Extension, Registry } from '../shared/registry'
import type { Catalog, CatalogEntry } from '../shared/types'
import { schemaOf } from './schemaOf'

/** What is drawn of an extension, whichever its registry. */
interface Described extends Extension {
  readonly label?: string
  readonly help?: string
  readonly params?: z.ZodType
}

const none = z.object({})

const entryOf = ({ id, label = id, help = '', params = none }: Omit<Described, 'kind'>): CatalogEntry => ({
  id,
  label,
  help,
  schema: schemaOf(params),
})

const entriesOf = (registry: Pick<Registry<Described>, 'list'>): readonly CatalogEntry[] => registry.list().map(entryOf)

/** Every registry with the parameters of its extensions: forms, flags and documentation are drawn from this and know nothing else of them. */
export async function readCatalog(): Promise<Catalog> {
  const [{ steps }, { datasetFormats }, { backends }, { operators }] = await Promise.all([
    import('./jobs/steps/index'),
    import('./datasets/formats/index'),
    import('./backends/index'),
    import('../core/ops/index'),
  ])
  return {
    steps: steps.list().map((step) => ({ ...entryOf(step), makes: step.makes, idHint: step.idHint })),
    ...(await quantizationAndPruning()),
    ...(await training()),
    operators: operators.list().map((operator) => entryOf({ ...operator, help: operatorHelp(operator) })),
    datasetFormats: entriesOf(datasetFormats),
    backends: entriesOf(backends),
  }
}

async function quantizationAndPruning(): Promise<Pick<Catalog, 'observers' | 'importances' | 'pruneSchedules'>> {
  const [{ observers }, { importances }, { pruneSchedules }] = await Promise.all([
    import('../core/quantize/observers/index'),
    import('../core/prune/importances/index'),
    import('../core/prune/schedules/index'),
  ])
  return {
    observers: entriesOf(observers),
    importances: entriesOf(importances),
    pruneSchedules: entriesOf(pruneSchedules),
  }
}

type Training = Pick<Catalog, 'architectures' | 'optimizers' | 'schedules' | 'transforms' | 'codeSamples'>

async function training(): Promise<Training> {
  const [{ architectures }, { optimizers }, { schedules }, { transforms }, { codeSamples }] = await Promise.all([
    import('../core/architectures/index'),
    import('../core/train/optimizers/index'),
    import('../core/train/schedules/index'),
    import('../core/data/transforms/index'),
    import('../core/codeSamples/index'),
  ])
  return {
    architectures: entriesOf(architectures),
    optimizers: entriesOf(optimizers),
    schedules: entriesOf(schedules),
    transforms: entriesOf(transforms),
    codeSamples: entriesOf(codeSamples),
  }
}

const operatorHelp = ({ gradient, channels, precision = 'float' }: Operator): string =>
  `${gradient ? 'Trainable' : 'Inference only'}; channels: ${channels}; training precision: ${precision}`
