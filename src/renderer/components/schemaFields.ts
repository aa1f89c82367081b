import { unmetCondition } from '../../shared/onlyWhen'
import type { Condition } from '../../shared/onlyWhen'
import type { FieldMeta } from '../../shared/fields'
import { shortOf } from '../../shared/shortForm'
import type { Catalog } from '../../shared/types'
import { t } from '../i18n'

/** The part of JSON Schema that step parameters use. */
export interface Field {
  readonly name: string
  readonly label: string
  /** 'list' is one text per line; 'yaml' is anything without a control of its own. */
  readonly kind: 'number' | 'integer' | 'text' | 'choice' | 'flag' | 'list' | 'yaml'
  readonly help: string
  readonly unit: string
  /** Its text is the short form of a value with parts, which may be written as YAML too. */
  readonly hasParts: boolean
  readonly required: boolean
  readonly initial: FieldValue | undefined
  readonly choices: readonly string[]
  /** What choices are called, where they have names of their own. */
  readonly choiceLabels: Readonly<Record<string, string>>
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  /** Exclusive minimum. */
  readonly above: number | undefined
  /** Exclusive maximum. */
  readonly below: number | undefined
  readonly mostLetters: number | undefined
  /** Conditions on other fields for this one to have an effect. */
  readonly conditions: readonly Condition[]
  /** What the field names: see src/shared/fields.ts. */
  readonly meta: FieldMeta
}

export type FieldValue = string | number | boolean

interface Property extends FieldMeta {
  readonly type?: string
  readonly items?: ({ readonly type?: string } & FieldMeta) | false
  readonly enum?: readonly string[]
  readonly anyOf?: readonly { readonly type?: string }[]
  readonly default?: unknown
  readonly description?: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly maxLength?: number
  readonly onlyWhen?: readonly Condition[]
}

/** The extensions that fields can name. */
export type KnownExtensions = Partial<Catalog>

const isPlain = (value: unknown): value is FieldValue => ['string', 'number', 'boolean'].includes(typeof value)

/** Turns 'batchSize' into 'Batch size'. */
const labelOf = (name: string): string =>
  name.charAt(0).toUpperCase() + name.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** Fields of a schema that have a simple control; `hidden` ones are set by the caller. */
export function fieldsOf(
  schema: Readonly<Record<string, unknown>>,
  hidden: readonly string[],
  catalog: KnownExtensions = {},
): readonly Field[] {
  return everyFieldOf(schema, catalog).filter(
    ({ name, kind }) => !hidden.includes(name) && kind !== 'list' && kind !== 'yaml',
  )
}

/** All fields of a schema, including lists and objects. */
export function everyFieldOf(
  schema: Readonly<Record<string, unknown>>,
  catalog: KnownExtensions = {},
): readonly Field[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Property>>
  const required = (schema.required ?? []) as readonly string[]
  return Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.includes(name), catalog))
}

/** What a property names, of itself or of the items of its list. */
const metaOf = ({ items, ...own }: Property): FieldMeta => ({ ...(items || {}), ...own })

function fieldOf(name: string, given: Property, isRequired: boolean, catalog: KnownExtensions): Field {
  const meta = metaOf(given)
  const extensions = meta.registry && catalog[meta.registry]
  const property: Property = extensions
    ? { ...given, enum: [...(meta.alsoKnown ?? []), ...extensions.map(({ id }) => id)] }
    : shortOf(given)
  return {
    name,
    kind: kindOf(property),
    label: labelOf(name),
    help: property.description ?? '',
    unit: property.unit ?? '',
    hasParts: given.anyOf !== undefined,
    required: isRequired && property.default === undefined,
    initial: isPlain(property.default) ? property.default : undefined,
    choices: property.enum ?? [],
    choiceLabels: Object.fromEntries((extensions ?? []).map(({ id, label }) => [id, label])),
    meta,
    minimum: property.minimum,
    // Integers without their own limit get JavaScript's, which means nothing to users.
    maximum: property.maximum === Number.MAX_SAFE_INTEGER ? undefined : property.maximum,
    above: property.exclusiveMinimum,
    below: property.exclusiveMaximum,
    mostLetters: property.maxLength,
    conditions: property.onlyWhen ?? [],
  }
}

function kindOf(property: Property): Field['kind'] {
  if (property.enum) return 'choice'
  if (property.type === 'number' || property.type === 'integer') return property.type
  if (property.type === 'boolean') return 'flag'
  if (property.type === 'array' && property.items && property.items.type === 'string') return 'list'
  return property.type === 'string' ? 'text' : 'yaml'
}

/** Why a value is invalid; undefined if it is valid. An empty field means the default. */
export function problemOf(
  { kind, minimum, maximum, above, below, mostLetters, required, choices }: Field,
  value: unknown,
): string | undefined {
  if (value === undefined || value === '') return required ? t('dialog.required') : undefined
  if (kind === 'choice' && choices.length > 0 && !choices.includes(String(value)))
    return t('dialog.notChoice', { choices: choices.join(', ') })
  if (kind === 'flag') return typeof value === 'boolean' ? undefined : t('dialog.notFlag')
  if (kind === 'text' && mostLetters !== undefined && String(value).length > mostLetters)
    return t('dialog.tooLong', { limit: mostLetters })
  if (kind !== 'number' && kind !== 'integer') return undefined
  const number = Number(value)
  if (!Number.isFinite(number) || String(value).trim() === '') return t('dialog.notNumber')
  if (kind === 'integer' && !Number.isInteger(number)) return t('dialog.notWhole')
  if (minimum !== undefined && number < minimum) return t('dialog.tooSmall', { limit: minimum })
  if (above !== undefined && number <= above) return t('dialog.notAbove', { limit: above })
  if (below !== undefined && number >= below) return t('dialog.notBelow', { limit: below })
  return maximum !== undefined && number > maximum ? t('dialog.tooLarge', { limit: maximum }) : undefined
}

/** Why a field has no effect with these values; undefined if it has one. */
export function idleReason(
  field: Field,
  fields: readonly Field[],
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  const named = (name: string): Field | undefined => fields.find((each) => each.name === name)
  const unmet = unmetCondition(
    field.name,
    Object.fromEntries(fields.map(({ name, conditions }) => [name, conditions])),
    (name) => values[name] ?? named(name)?.initial,
  )
  return unmet && t('dialog.onlyWhen', { condition: inWords(unmet, (name) => named(name)?.label ?? name) })
}

function inWords({ field, is, above, or }: Condition, labelled: (name: string) => string): string {
  const yesNo = (value: FieldValue): string =>
    typeof value === 'boolean' ? t(value ? 'dialog.on' : 'dialog.off') : String(value)
  const own = is
    ? t('dialog.isOneOf', { field: labelled(field), values: is.map(yesNo).join(', ') })
    : above !== undefined
      ? t('dialog.isAbove', { field: labelled(field), limit: above })
      : t('dialog.isGiven', { field: labelled(field) })
  return or ? t('dialog.either', { one: own, other: inWords(or, labelled) }) : own
}

/** Whether a problem's path, such as `protect[0]` or `augment.0.id`, lies in the field of that name. */
export const isInField = (path: string, name: string): boolean =>
  path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`)
