import type { Engine, ModelForm } from '../../../shared/types'

/** A runtime configuration. */
export interface Candidate {
  readonly engine: Engine
  readonly form: ModelForm
  readonly sessions: number
  readonly threads: number
  readonly batch: number
}

export interface Choices {
  readonly engines: readonly Engine[]
  readonly forms: readonly ModelForm[]
  readonly batches: readonly number[]
  readonly cores: number
}

/** Divisors of the core count: no core is idle and none is shared. */
const divisors = (cores: number): readonly number[] =>
  Array.from({ length: cores }, (_, index) => index + 1).filter((each) => cores % each === 0)

/**
 * For throughput: all cores are used, in few sessions with many threads or vice versa. The simplest comes first and
 * wins ties.
 */
export const throughputCandidates = ({ engines, forms, batches, cores }: Choices): readonly Candidate[] =>
  engines.flatMap((engine) =>
    formsOf(engine, forms).flatMap((form) =>
      divisors(cores).flatMap((sessions) =>
        batches.map((batch): Candidate => ({ engine, form, sessions, threads: cores / sessions, batch })),
      ),
    ),
  )

/** For single-image latency: one session with few or all threads. */
export const latencyCandidates = ({ engines, forms, cores }: Choices): readonly Candidate[] =>
  engines.flatMap((engine) =>
    formsOf(engine, forms).flatMap((form) =>
      divisors(cores).map((threads): Candidate => ({ engine, form, sessions: 1, threads, batch: 1 })),
    ),
  )

/** OpenVINO pads vectors itself. */
const formsOf = (engine: Engine, forms: readonly ModelForm[]): readonly ModelForm[] =>
  engine === 'openvino' ? ['original'] : forms

/** The fastest; among those within `margin` of it, the first one. `speed`: higher is better. */
export function chosen<T>(items: readonly T[], speed: (item: T) => number, margin: number): T {
  const best = Math.max(...items.map(speed))
  return items.find((item) => speed(item) >= best * (1 - margin)) as T
}
