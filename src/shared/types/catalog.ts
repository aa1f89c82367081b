import { z } from 'zod'

/** JSON Schema of what may be given, with defaults, ranges, units and help, as forms, flags and documentation draw it. */
const schema = z.record(z.string(), z.unknown()).readonly()

const entry = z.object({ id: z.string(), label: z.string(), help: z.string(), schema })

export const catalogEntry = entry.readonly()
export type CatalogEntry = z.infer<typeof catalogEntry>

/** What a step adds to the workspace. */
export const stepProduct = z.enum(['version', 'dataset'])
export type StepProduct = z.infer<typeof stepProduct>

export const stepEntry = entry
  .extend({
    makes: stepProduct.nullable(),
    /** What a form calls such a step, so that later ones can refer to it. */
    idHint: z.string(),
  })
  .readonly()
export type StepEntry = z.infer<typeof stepEntry>

const entries = z.array(catalogEntry).readonly()

/** Every extension of every registry: what the program can do, for interfaces that know none of it by name. */
export const catalog = z
  .object({
    steps: z.array(stepEntry).readonly(),
    architectures: entries,
    observers: entries,
    importances: entries,
    pruneSchedules: entries,
    optimizers: entries,
    schedules: entries,
    transforms: entries,
    operators: entries,
    datasetFormats: entries,
    backends: entries,
    codeSamples: entries,
  })
  .readonly()
export type Catalog = z.infer<typeof catalog>

export type RegistryName = keyof Catalog
export const registryNames = Object.keys(catalog.unwrap().shape) as readonly RegistryName[]
