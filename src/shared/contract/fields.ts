import { z } from 'zod'

export const nothing = z.object({})
/** An id, or a unique name. */
export const reference = z.string().min(1)
export const versionOnly = z.object({ version: reference })
export const runOnly = z.object({ run: reference })
/** 0..1. */
export const share = z.number().min(0).max(1)
