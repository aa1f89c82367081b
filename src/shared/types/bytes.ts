import { z } from 'zod'

export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes')
