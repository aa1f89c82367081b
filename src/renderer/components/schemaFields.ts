import { t } from '../i18n'

/** The part of JSON Schema that step parameters use, as a form sees it. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly kind: 'number' | 'integer' | 'text' | 'choice' | 'flag'
  readonly help: string
  readonly unit: string
  readonly required: boolean
  readonly initial: FieldValue | undefined
  readonly choices: readonly string[]
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  /** The smallest value that is not allowed any more. */
  readonly above: number | undefined
}

export type FieldValue = string | number | boolean

interface Property {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly description?: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}

/** Names of extensions that a schema takes as plain text, such as optimizers. */
export type Choices = Readonly<Record<string, readonly string[]>>

const isPlain = (value: unknown): value is FieldValue => ['string', 'number', 'boolean'].includes(typeof value)

/** 'batchSize' as a person reads it: 'Batch size'. */
const labelOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** Fields of a schema that a simple control can show; `hidden` ones are set by the caller. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>, hidden: readonly string[], choices: Choices = {}): readonly Field[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Property>>
  const required = (schema.required ?? []) as readonly string[]
  return Object.entries(properties)
    .filter(([name]) => !hidden.includes(name))
    .flatMap(([name, property]) => fieldOf(name, { ...property, ...(choices[name] && { enum: choices[name] }) }, required.includes(name)) ?? [])
}

function fieldOf(name: string, property: Property, isRequired: boolean): Field | undefined {
  const kind = kindOf(property)
  return kind && {
    name,
    kind,
    label: labelOf(name),
    help: property.description ?? '',
    unit: property.unit ?? '',
    required: isRequired && property.default === undefined,
    initial: isPlain(property.default) ? property.default : undefined,
    choices: property.enum ?? [],
    minimum: property.minimum,
    // Without a limit of its own an integer's is that of JavaScript, which says nothing to a person.
    maximum: property.maximum === Number.MAX_SAFE_INTEGER ? undefined : property.maximum,
    above: property.exclusiveMinimum,
  }
}

function kindOf(property: Property): Field['kind'] | undefined {
  if (property.enum) return 'choice'
  if (property.type === 'number' || property.type === 'integer') return property.type
  if (property.type === 'boolean') return 'flag'
  return property.type === 'string' ? 'text' : undefined
}

/** Why a value cannot stand in a field; undefined when it can. An empty field means the default. */
export function problemOf({ kind, minimum, maximum, above, required }: Field, value: FieldValue | undefined): string | undefined {
  if (value === undefined || value === '') return required ? t('dialog.required') : undefined
  if (kind !== 'number' && kind !== 'integer') return undefined
  const number = Number(value)
  if (Number.isNaN(number)) return t('dialog.notNumber')
  if (kind === 'integer' && !Number.isInteger(number)) return t('dialog.notWhole')
  if (minimum !== undefined && number < minimum) return t('dialog.tooSmall', { limit: minimum })
  if (above !== undefined && number <= above) return t('dialog.notAbove', { limit: above })
  return maximum !== undefined && number > maximum ? t('dialog.tooLarge', { limit: maximum }) : undefined
}

/** What a run is started with: numbers as numbers, and nothing for empty fields. */
export function paramsOf(fields: readonly Field[], values: Readonly<Record<string, FieldValue>>): Readonly<Record<string, FieldValue>> {
  const given = fields.filter(({ name }) => values[name] !== undefined && values[name] !== '')
  return Object.fromEntries(given.map(({ name, kind }) => [name, kind === 'number' || kind === 'integer' ? Number(values[name]) : values[name]]))
}
