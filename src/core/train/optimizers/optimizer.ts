import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'

/** Everything is one flat vector of all trainable parameters (ADR 4). */
export interface UpdateInput {
  readonly parameters: Tensor
  readonly gradients: Tensor
  /** State vectors, in the order of `slots`; zeros at first. */
  readonly slots: readonly Tensor[]
  readonly learningRate: number
  /** 1 for the first update. */
  readonly step: number
  /** Weight decay by parameter: the coefficient where it applies, 0 elsewhere. */
  readonly decay: Tensor
}

/** New vectors; the caller frees the old ones and everything between. */
export interface UpdateResult {
  readonly parameters: Tensor
  readonly slots: readonly Tensor[]
}

export interface Optimizer {
  readonly kind: 'optimizer'
  readonly id: string
  readonly label: string
  readonly params: z.ZodObject
  /** Names of the state vectors, as they appear in checkpoints. */
  readonly slots: readonly string[]
  update(params: Readonly<Record<string, unknown>>, input: UpdateInput): UpdateResult
}

interface Definition<S extends z.ZodObject> extends Omit<Optimizer, 'kind' | 'params' | 'update'> {
  readonly params: S
  update(params: z.output<S>, input: UpdateInput): UpdateResult
}

export function defineOptimizer<S extends z.ZodObject>(definition: Definition<S>): Optimizer {
  return {
    ...definition,
    kind: 'optimizer',
    update: (params, input) => definition.update(definition.params.parse(params), input),
  }
}

/** Parameters of Adam and AdamW (Kingma and Ba, 2015). */
export const adamParams = z.object({
  beta1: z.number().min(0).max(0.9999).default(0.9).describe('Decay of the running mean of gradients'),
  beta2: z.number().min(0).max(0.999999).default(0.999).describe('Decay of the running mean of squared gradients'),
  epsilon: z.number().positive().default(1e-8).describe('Added to the denominator for stability'),
})
