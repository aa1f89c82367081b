import { z } from 'zod'

/** Parameters for forms: JSON Schema of the input, including units, conditions and path kinds. */
export const schemaOf = (params: z.ZodType): Readonly<Record<string, unknown>> =>
  z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as Readonly<Record<string, unknown>>
