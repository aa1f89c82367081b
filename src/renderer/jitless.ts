import { z } from 'zod'

// Zod compiles schemas with eval where it may. This page may not, and every attempt would be reported. Imported before any schema is made.
z.config({ jitless: true })
