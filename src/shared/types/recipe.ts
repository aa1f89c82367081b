import { z } from 'zod'

/** One step: its kind, an optional name that later steps refer to as `$id`, and its parameters. */
export const recipeStep = z.looseObject({ step: z.string().min(1), id: z.string().regex(/^[a-z][a-z0-9-]*$/i).optional() }).readonly()
export type RecipeStep = z.infer<typeof recipeStep>

/** A run is a list of steps; the same recipe comes from the interface, the command line and a YAML file. */
export const recipe = z.object({ name: z.string().min(1), description: z.string().optional(), steps: z.array(recipeStep).min(1).readonly() }).strict().readonly()
export type Recipe = z.infer<typeof recipe>
