import type { z } from 'zod'

/** What another field of the same form must be for a field to have an effect. */
export interface Condition {
  readonly field: string
  /** Values of the other field, one of which it must have. */
  readonly is?: readonly (string | number | boolean)[]
  /** The other field must be a number above this. */
  readonly above?: number
  /** The other field must be given at all. */
  readonly isSet?: boolean
  /** Holds as well where this does. */
  readonly or?: Condition
}

/** Fields that have an effect only under a condition, in addition to those that they have already. Forms show them only then; it travels with the schema. */
export function onlyWhen<S extends Readonly<Record<string, z.ZodType>>>(condition: Condition, shape: S): S {
  const entries = Object.entries(shape).map(([name, schema]) => {
    const { onlyWhen: before, ...meta } = schema.meta() ?? {}
    return [
      name,
      schema.meta({
        ...meta,
        onlyWhen: [...(Array.isArray(before) ? (before as readonly Condition[]) : []), condition],
      }),
    ] as const
  })
  return Object.fromEntries(entries) as S
}

/** The first condition that does not hold for these values, or undefined. A condition on a field that has no effect itself does not hold. */
export function unmetCondition(
  name: string,
  conditions: Readonly<Record<string, readonly Condition[]>>,
  valueOf: (field: string) => unknown,
): Condition | undefined {
  const holds = (condition: Condition): boolean => {
    const { field, is, above, isSet, or } = condition
    const value = valueOf(field)
    const fits =
      (is === undefined || is.some((each) => each === value)) &&
      (above === undefined || (typeof value === 'number' && value > above)) &&
      (!isSet || (value !== undefined && value !== '' && value !== null))
    return (fits && unmetCondition(field, conditions, valueOf) === undefined) || (or !== undefined && holds(or))
  }
  return (conditions[name] ?? []).find((condition) => !holds(condition))
}
