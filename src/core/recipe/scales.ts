import { z } from 'zod'
import { NNOptError } from '../../shared/errors'

/** Values of a recipe's variables by scale; the first scale is the one that nobody has to name. */
const scalesSchema = z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])))

type Values = Readonly<Record<string, number | string | boolean>>

/** `${epochs}` alone in a field. */
const variable = /^\$\{([a-z][a-z0-9]*)\}$/i

/**
 * A recipe at one of its scales: every `${name}` is replaced by that scale's value, and the list of scales is left out. A recipe without scales stays as it is.
 * Throws `wrongCall` for a scale that it does not have, `badInput` for a variable without a value.
 */
export function atScale(document: unknown, fileName: string, scale?: string): unknown {
  if (typeof document !== 'object' || document === null) return document
  const { scales, ...recipe } = document as Readonly<Record<string, unknown>>
  if (scales === undefined && scale === undefined) return document
  const parsed = scalesSchema.safeParse(scales ?? {})
  if (!parsed.success)
    throw new NNOptError(
      'badInput',
      `recipe '${fileName}': field 'scales': expected values by scale and name, got ${parsed.error.issues[0]?.message ?? 'something else'}`,
    )
  const known = Object.keys(parsed.data)
  const chosen = scale ?? known[0]
  if (!known.includes(chosen))
    throw new NNOptError(
      'wrongCall',
      `recipe '${fileName}': scale '${chosen}': expected ${known.length > 0 ? `one of ${known.join(', ')}` : 'none, because it has only one scale'}`,
    )
  return filledIn(recipe, parsed.data[chosen], fileName)
}

function filledIn(value: unknown, values: Values, fileName: string): unknown {
  if (typeof value === 'string') return valueOf(value, values, fileName)
  if (Array.isArray(value)) return value.map((each) => filledIn(each, values, fileName))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filledIn(each, values, fileName)]))
}

function valueOf(text: string, values: Values, fileName: string): unknown {
  const name = variable.exec(text)?.[1]
  if (name === undefined) return text
  if (name in values) return values[name]
  throw new NNOptError(
    'badInput',
    `recipe '${fileName}': '${text}' has no value: expected one of ${Object.keys(values).join(', ')}`,
  )
}
