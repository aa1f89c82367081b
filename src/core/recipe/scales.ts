import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { parseAs } from '../../shared/parse'

/** Values of a recipe's variables by scale; the first scale is the one that nobody has to name. */
const scalesSchema = z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])))

type Values = Readonly<Record<string, number | string | boolean>>

/** `${epochs}` alone in a field. */
const variable = /^\$\{([a-z][a-z0-9]*)\}$/i

/**
 * A recipe at one of its scales: every `${name}` is replaced by that scale's value, and the list of scales is left out. A recipe without scales stays as it is.
 * Throws `wrongCall` for a scale that it does not have, `badInput` for a variable without a value.
 */
export function atScale(document: unknown, where: string, scale?: string): unknown {
  if (typeof document !== 'object' || document === null) return document
  const { scales, ...recipe } = document as Readonly<Record<string, unknown>>
  if (scales === undefined && scale === undefined) return document
  const values = parseAs(scalesSchema, scales ?? {}, `${where}: field 'scales'`, {
    code: 'badInput',
    hint: 'expected values by scale and name',
  })
  const known = Object.keys(values)
  const chosen = scale ?? known[0]!
  if (!known.includes(chosen))
    throw new NNOptError(
      'wrongCall',
      `${where}: scale '${chosen}': expected ${known.length > 0 ? `one of ${known.join(', ')}` : 'none, because it has only one scale'}`,
    )
  return filledIn(recipe, values[chosen] ?? {}, where)
}

function filledIn(value: unknown, values: Values, where: string): unknown {
  if (typeof value === 'string') return valueOf(value, values, where)
  if (Array.isArray(value)) return value.map((each) => filledIn(each, values, where))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filledIn(each, values, where)]))
}

function valueOf(text: string, values: Values, where: string): unknown {
  const name = variable.exec(text)?.[1]
  if (name === undefined) return text
  if (name in values) return values[name]
  throw new NNOptError(
    'badInput',
    `${where}: '${text}' has no value: expected one of ${Object.keys(values).join(', ')}`,
  )
}
