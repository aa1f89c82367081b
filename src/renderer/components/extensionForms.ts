import type { Catalog, CatalogEntry } from '../../shared/types'
import { everyFieldOf, idleReason } from './schemaFields'
import type { Field } from './schemaFields'

type Values = Readonly<Record<string, unknown>>

/** The form of an extension that a field names: its parameters go into another field of the same step. */
export interface ExtensionForm {
  /** The field that names the extension. */
  readonly owner: Field
  /** The field that holds its parameters. */
  readonly holder: Field
  readonly extension: CatalogEntry
  readonly fields: readonly Field[]
  readonly values: Values
}

/** Forms for every extension that the values of a form name, where it has parameters. */
export const extensionForms = (fields: readonly Field[], values: Values, catalog: Catalog): readonly ExtensionForm[] =>
  fields.flatMap((holder) => {
    const owner = fields.find(({ name }) => name === holder.meta.paramsOf)
    const extension = owner && namedBy(owner, values, catalog)
    const own = everyFieldOf(extension?.schema ?? {}, catalog)
    const given = values[holder.name] ?? {}
    return owner && extension && own.length > 0 && isValues(given) && !idleReason(holder, fields, values)
      ? [{ owner, holder, extension, fields: own, values: given }]
      : []
  })

const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null

const namedBy = ({ name, initial, meta }: Field, values: Values, catalog: Catalog): CatalogEntry | undefined =>
  meta.registry && catalog[meta.registry].find(({ id }) => id === (values[name] ?? initial))

/** The parameters of an extension with one changed; undefined where none is left. */
export function withParameter({ values }: ExtensionForm, name: string, value: unknown): Values | undefined {
  const { [name]: _before, ...rest } = values
  const next = value === undefined ? rest : { ...rest, [name]: value }
  return Object.keys(next).length > 0 ? next : undefined
}
