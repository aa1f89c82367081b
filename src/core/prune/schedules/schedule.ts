/** How an amount is reached in several steps, with fine-tuning between them. */
export interface PruneSchedule {
  readonly kind: 'pruneSchedule'
  readonly id: string
  readonly label: string
  /** Takes one step, so that settings of several steps have no effect. */
  readonly atOnce?: boolean
  /** Share of the amount that is reached after a step, 1 to `steps`; 1 at the last. */
  share(step: number, steps: number): number
}

export const defineSchedule = (definition: Omit<PruneSchedule, 'kind'>): PruneSchedule => ({
  ...definition,
  kind: 'pruneSchedule',
})
