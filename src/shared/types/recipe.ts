import { z } from 'zod'

/** One step: its kind, an optional name that later steps refer to as `$id`, and its parameters. */
export const recipeStep = z
  .looseObject({
    step: z.string().min(1),
    id: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/i)
      .optional(),
  })
  .readonly()
export type RecipeStep = z.infer<typeof recipeStep>

/** A run is a list of steps; the same recipe comes from the interface, the command line and a YAML file. */
export const recipe = z
  .object({ name: z.string().min(1), description: z.string().optional(), steps: z.array(recipeStep).min(1).readonly() })
  .strict()
  .readonly()
export type Recipe = z.infer<typeof recipe>

/** What is known beforehand of a step. Numbers that nothing here can tell are null. */
export const stepEstimate = z
  .object({
    /** From the speed of earlier work on this machine. */
    seconds: z.number().nullable(),
    /** What the time was told from, or what is missing for it. */
    basis: z.string(),
    /** Of the version that the step makes: computed from its graph. */
    sizeBytes: z.number().nullable(),
    params: z.number().nullable(),
    /** Multiply-accumulates for one image. */
    macs: z.number().nullable(),
  })
  .readonly()
export type StepEstimate = z.infer<typeof stepEstimate>

/** A wrong field of a step, or of the recipe when `step` is null. */
export const recipeProblem = z
  .object({ step: z.number().nullable(), field: z.string(), message: z.string() })
  .readonly()
export type RecipeProblem = z.infer<typeof recipeProblem>

export const recipeCheck = z
  .object({ problems: z.array(recipeProblem).readonly(), steps: z.array(stepEstimate).readonly() })
  .readonly()
export type RecipeCheck = z.infer<typeof recipeCheck>
