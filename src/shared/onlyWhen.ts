import type { z } from 'zod'

/** What another field of the same form must be for a field to have an effect. */
export interface Condition {
  readonly field: string
  /** The other field must have one of these values. */
  readonly is?: readonly (string | number | boolean)[]
  /** The other field must be a number greater than this. */
  readonly above?: number
  /** The other field must be set. */
  readonly isSet?: boolean
  /** Alternatively, this condition must hold. */
  readonly or?: Condition
}

/**
 * Marks fields that have an effect only under a condition, in addition to conditions they already have. Forms show them
 * only then; the condition is part of the schema.
 */
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

/**
 * The first condition that does not hold for these values, or undefined. A condition on a field that has no effect
 * itself does not hold.
 */
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
