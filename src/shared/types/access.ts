import { z } from 'zod'
import { rights } from '../access'

/** What a caller may do, and where. */
export const access = z
  .object({
    name: z.string(),
    rights: z.enum(rights),
    /** Outside the workspace. */
    folders: z.array(z.string()).readonly(),
  })
  .readonly()
