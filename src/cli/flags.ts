import { Option } from 'commander'
import type { Command } from 'commander'
import { z } from 'zod'
import { NNOptError } from '../shared/errors'
import type { FieldMeta } from '../shared/fields'
import { shortOf } from '../shared/shortForm'
import type { RegistryName } from '../shared/types'

interface Property extends FieldMeta {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly unit?: string
  readonly enum?: readonly string[]
  /** The value of the flag when it is given without one. */
  readonly bare?: string
  readonly items?: { readonly type?: string }
  readonly anyOf?: readonly { readonly type?: string }[]
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Adds a flag for every field of a schema except those in `without`; the schema is the single source. */
export function addFlags(command: Command, schema: z.ZodType, without: readonly string[] = []): Command {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, Property>>
  }
  for (const [name, given] of Object.entries(properties)) {
    if (without.includes(name)) continue
    const property = shortOf(given)
    command.addOption(flag(name, property, property.paramsOf === undefined ? undefined : properties[property.paramsOf]))
    if (property.type === 'boolean' && property.default === true)
      command.addOption(new Option(`--no-${kebab(name)}`, `without ${kebab(name)}`).default(undefined))
  }
  return command
}

/** The flag of a field that names an extension, or holds its parameters: `--help` describes the whole registry. */
export class ExtensionOption extends Option {
  constructor(
    flags: string,
    description: string,
    readonly registry: RegistryName,
    readonly holds: 'id' | 'parameters',
  ) {
    super(flags, description)
  }
}

/** `name=value,other=value`, once or several times, or JSON. */
function paramsFlag(name: string, { description = '' }: Property, registry: RegistryName): Option {
  const text = `${description}; see 'nnopt extensions ${registry}'`
  const option = new ExtensionOption(`--${kebab(name)} <name=value…>`, text, registry, 'parameters')
  return option.argParser((value: string, before: unknown) => ({ ...asObject(before), ...toParams(name, value) }))
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})

function toParams(name: string, text: string): object {
  if (text.trim().startsWith('{')) return asObject(toJson(name, text))
  const pairs = text.split(/,(?=\s*[A-Za-z]\w*=)/).map((pair) => pair.trim())
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at), jsonOrText(pair.slice(at + 1))]
      throw new NNOptError('wrongCall', `--${kebab(name)}: expected name=value or JSON, got '${pair}'`)
    }),
  )
}

function flag(name: string, property: Property, owner?: Property): Option {
  if (owner?.registry) return paramsFlag(name, property, owner.registry)
  const hint =
    property.default === undefined
      ? ''
      : ` (default ${JSON.stringify(property.default)}${property.unit ? ` ${property.unit}` : ''})`
  const known = property.enum ? `: ${property.enum.join(', ')}` : ''
  const text = `${property.description ?? ''}${known}${hint}`.trim()
  if (property.type === 'boolean') return new Option(`--${kebab(name)}`, text)
  if (property.bare !== undefined)
    return new Option(`--${kebab(name)} [${placeholder(property)}]`, text).preset(property.bare)
  const flags = `--${kebab(name)} <${placeholder(property)}>`
  const option = property.registry ? new ExtensionOption(flags, text, property.registry, 'id') : new Option(flags, text)
  return option.argParser((value: string) => parseValue(name, property, value))
}

const placeholder = ({ type, items }: Property): string =>
  type === 'array' ? `${items?.type ?? 'json'}…` : type === 'object' ? 'json' : (type ?? 'value')

/** Converts a flag's text to the type of its field. The schema validates the value. */
function parseValue(name: string, { type, items }: Property, value: string): unknown {
  if (type === 'number' || type === 'integer') return toNumber(name, value)
  if (type === 'array' && items?.type === 'string') return value.split(',')
  if (type === 'array' && (items?.type === 'number' || items?.type === 'integer')) return numbers(name, value)
  if (type === 'object' || type === 'array') return toJson(name, value)
  return type === undefined ? jsonOrText(value) : value
}

/** '1,32', or the same as JSON. */
const numbers = (name: string, value: string): readonly number[] =>
  value
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(',')
    .map((part) => toNumber(name, part))

/** For fields of several types. */
function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function toNumber(name: string, value: string): number {
  const number = Number(value)
  if (value.trim() === '' || Number.isNaN(number))
    throw new NNOptError('wrongCall', `--${kebab(name)}: expected a number, got '${value}'`)
  return number
}

function toJson(name: string, value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    throw new NNOptError('wrongCall', `--${kebab(name)}: expected JSON, got '${value}'`)
  }
}

/** The options that were given. A recipe stores only these; the schema fills in the rest. */
export const given = (
  options: Readonly<Record<string, unknown>>,
  without: readonly string[] = [],
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => value !== undefined && !['workspace', 'json', ...without].includes(name),
    ),
  )
