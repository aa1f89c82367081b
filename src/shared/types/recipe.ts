import { z } from 'zod'

/** One step: its kind, an optional id that later steps refer to as `$id`, and its parameters. */
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

/** A run is a list of steps; the interface, the CLI and YAML files share this form. */
export const recipe = z
  .object({ name: z.string().min(1), description: z.string().optional(), steps: z.array(recipeStep).min(1).readonly() })
  .strict()
  .readonly()
export type Recipe = z.infer<typeof recipe>

/** What is known about a step in advance. Numbers that cannot be estimated are null. */
export const stepEstimate = z
  .object({
    /** Based on the speed of earlier runs on this machine. */
    seconds: z.number().nullable(),
    /** What the estimate is based on, or what is missing for it. */
    basis: z.string(),
    /** For the version that the step makes; computed from its graph. */
    sizeBytes: z.number().nullable(),
    params: z.number().nullable(),
    /** Multiply-accumulates for one image. */
    macs: z.number().nullable(),
  })
  .readonly()
export type StepEstimate = z.infer<typeof stepEstimate>

/** An invalid field of a step, or of the recipe if `step` is null. */
export const recipeProblem = z
  .object({ step: z.number().nullable(), field: z.string(), message: z.string() })
  .readonly()
export type RecipeProblem = z.infer<typeof recipeProblem>

export const recipeCheck = z
  .object({ problems: z.array(recipeProblem).readonly(), steps: z.array(stepEstimate).readonly() })
  .readonly()
export type RecipeCheck = z.infer<typeof recipeCheck>
