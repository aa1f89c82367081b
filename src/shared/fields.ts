import { z } from 'zod'
import { isPrintable } from './printable'
import type { RegistryName } from './types/catalog'

/** What a field names, beside its type. It travels with the schema, so that forms, flags and checks of a recipe need no list of fields. */
export interface FieldMeta {
  /** Something of the workspace. */
  readonly names?: 'version' | 'dataset'
  /** Words that may stand in place of such a name. */
  readonly orElse?: readonly string[]
  /** An extension of this registry. */
  readonly registry?: RegistryName
  /** Words that may stand in place of an extension. */
  readonly alsoKnown?: readonly string[]
  /** The parameters of the extension that the field of this name names. */
  readonly paramsOf?: string
  /** Of lesser use: forms keep it behind the others until it is set. */
  readonly aside?: boolean
}

const meta = (fields: FieldMeta) => ({ ...fields })

/** The id or unique name of a version, or `$step`. */
export const versionName = (more: Pick<FieldMeta, 'orElse' | 'aside'> = {}): z.ZodString =>
  z
    .string()
    .min(1)
    .meta(meta({ names: 'version', ...more }))

/** The name that a new version gets. */
export const newVersionName = (): z.ZodString =>
  z.string().min(1).max(200).refine(isPrintable, 'expected a name without control characters')

export const datasetName = (): z.ZodString =>
  z
    .string()
    .min(1)
    .meta(meta({ names: 'dataset' }))

/** The id of an extension whose module is too heavy to be read before it is used; `parse` of the step looks it up. */
export const extensionId = (registry: RegistryName, alsoKnown: readonly string[] = []): z.ZodString =>
  z.string().meta(meta({ registry, alsoKnown }))

/** The parameters of the extension that another field of the same form names. */
export const extensionParams = (field: string): z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodUnknown>> =>
  z
    .record(z.string(), z.unknown())
    .default({})
    .meta(meta({ paramsOf: field }))
