import { z } from 'zod'

/** One remote procedure: its parameters, its result, and the events it sends while it runs. */
export interface Procedure<
  P extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  E extends z.ZodType = z.ZodType,
> {
  readonly params: P
  readonly result: R
  readonly events: E
}

export type Procedures = Readonly<Record<string, Procedure>>

export function call<P extends z.ZodType, R extends z.ZodType>(definition: {
  params: P
  result: R
}): Procedure<P, R, z.ZodNever>
export function call<P extends z.ZodType, R extends z.ZodType, E extends z.ZodType>(definition: {
  params: P
  result: R
  events: E
}): Procedure<P, R, E>
export function call(definition: { params: z.ZodType; result: z.ZodType; events?: z.ZodType }): Procedure {
  return { events: z.never(), ...definition }
}
