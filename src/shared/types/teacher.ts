import { z } from 'zod'
import { versionName } from '../fields'

/** Whose scores a network also learns from: the version it was made from, or a named one. */
export const teacher = z
  .union([z.strictObject({ parent: z.literal(true) }), z.strictObject({ version: versionName() })])
  .readonly()
export type Teacher = z.infer<typeof teacher>
