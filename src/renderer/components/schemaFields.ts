/** The part of JSON Schema that step parameters use, as a form sees it. */
export interface Field {
  readonly name: string
  readonly kind: 'number' | 'text' | 'choice' | 'flag'
  readonly help: string
  readonly unit: string
  readonly required: boolean
  readonly initial: string | number | boolean | undefined
  readonly choices: readonly string[]
  readonly minimum: number | undefined
  readonly maximum: number | undefined
}

interface Property {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly description?: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
}

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value)

/** Fields of a schema that a simple control can show; `hidden` ones are set by the caller. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>, hidden: readonly string[]): readonly Field[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Property>>
  const required = (schema.required ?? []) as readonly string[]
  return Object.entries(properties).flatMap(([name, property]) => {
    const kind = kindOf(property)
    if (hidden.includes(name) || !kind) return []
    return [{
      name, kind, help: property.description ?? '', unit: property.unit ?? '', required: required.includes(name) && property.default === undefined,
      initial: isPlain(property.default) ? property.default : undefined, choices: property.enum ?? [], minimum: property.minimum, maximum: property.maximum,
    }]
  })
}

function kindOf(property: Property): Field['kind'] | undefined {
  if (property.enum) return 'choice'
  if (property.type === 'number' || property.type === 'integer') return 'number'
  if (property.type === 'boolean') return 'flag'
  return property.type === 'string' ? 'text' : undefined
}
