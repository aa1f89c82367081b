import type { z } from 'zod'

/** A learning rate over a run: `factor` times the configured rate. */
export interface Schedule {
  readonly kind: 'schedule'
  readonly id: string
  readonly label: string
  readonly params: z.ZodObject
  /** `progress` is the share of the run that is done, 0 at the first step, below 1 at the last. */
  factor(params: Readonly<Record<string, unknown>>, progress: number): number
}

interface Definition<S extends z.ZodObject> extends Omit<Schedule, 'kind' | 'params' | 'factor'> {
  readonly params: S
  factor(params: z.output<S>, progress: number): number
}

export function defineSchedule<S extends z.ZodObject>(definition: Definition<S>): Schedule {
  return {
    ...definition,
    kind: 'schedule',
    factor: (params, progress) => definition.factor(definition.params.parse(params), progress),
  }
}

/** Half a cosine from `from` (share 0) to `to` (share 1). */
export const cosineBetween = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2
