import { z } from 'zod'

/** Parameters as forms see them: JSON Schema of what may be given, with the units, conditions and kinds of path that their schema carries. */
export const schemaOf = (params: z.ZodType): Readonly<Record<string, unknown>> =>
  z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as Readonly<Record<string, unknown>>
