import type { FieldMeta } from './fields'

/** The part of JSON Schema that parameters use. */
export interface Property extends FieldMeta {
  readonly type?: string
  readonly items?: { readonly type?: string } & FieldMeta
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Property[]
  readonly default?: unknown
  readonly description?: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
}

/** One parameter in words, as tables and help texts show it. */
export interface Parameter {
  readonly name: string
  /** 'integer ≥ 10, ≤ 1000', 'one of a, b', 'list of numbers'. */
  readonly type: string
  /** '' where it has to be given, or where nothing takes its place. */
  readonly initial: string
  readonly help: string
}

type Schema = Readonly<Record<string, unknown>>

const propertiesOf = (schema: Schema): Readonly<Record<string, Property>> =>
  (schema.properties ?? {}) as Readonly<Record<string, Property>>

/** The parameters of a schema, in its order. */
export const parametersOf = (schema: Schema): readonly Parameter[] =>
  Object.entries(propertiesOf(schema)).map(([name, property]) => ({
    name,
    type: typeText(property),
    initial: initialText(property),
    help: property.description ?? '',
  }))

const initialText = ({ default: initial, unit = '' }: Property): string =>
  initial === undefined ? '' : `${JSON.stringify(initial)} ${unit}`.trim()

function typeText(property: Property): string {
  const { type, items, enum: choices, const: only, anyOf } = property
  const named = property.names ?? property.registry ?? items?.names
  if (named !== undefined) return type === 'array' ? `list of ${named}s` : property.registry ? `one of ${named}` : named
  if (property.paramsOf !== undefined) return `parameters of ${property.paramsOf}`
  if (anyOf) return anyOf.map(typeText).join(' or ')
  if (choices) return `one of ${choices.join(', ')}`
  if (only !== undefined) return JSON.stringify(only)
  if (type === 'number' || type === 'integer') return `${type} ${rangeText(property)}`.trim()
  if (type === 'array') return items?.type === undefined ? 'list' : `list of ${items.type}s`
  return { string: 'text', boolean: 'true or false', object: 'object', null: 'null' }[type ?? ''] ?? 'any'
}

function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Property): string {
  const bounds: readonly (readonly [string, number | undefined])[] = [
    ['≥', minimum],
    ['>', exclusiveMinimum],
    ['≤', maximum],
    ['<', exclusiveMaximum],
  ]
  // Without a limit of its own an integer's is that of JavaScript, which says nothing to a person.
  const known = bounds.filter(([, limit]) => limit !== undefined && Math.abs(limit) !== Number.MAX_SAFE_INTEGER)
  return known.map(([sign, limit]) => `${sign} ${limit}`).join(', ')
}
