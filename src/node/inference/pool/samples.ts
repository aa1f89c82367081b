import { planEpoch } from '../../../core/data/batchPlan'
import type { EpochPlan, EvalMode } from '../../../core/data/batchPlan'
import { NNOptError } from '../../../shared/errors'
import { inOrder } from '../../datasets/pool/ordered'
import type { SampleAnswer } from './calls'
import type { PooledModel } from './pool'

export interface SampleRun extends EpochPlan<EvalMode> {
  /** The dataset's number in the pool, and its name for messages. */
  readonly data: number
  readonly dataset: string
  readonly imageShape: readonly number[]
  readonly warmups: number
  readonly signal?: AbortSignal | undefined
}

/**
 * A model's outputs for the images of a plan, in order. At most one batch more than there are sessions is in the
 * process, so that one is decoded while the others run and memory does not depend on the length of the plan. Throws
 * `badInput` if no image is readable.
 */
export async function* answersToSamples(
  model: PooledModel,
  { data, dataset, imageShape, warmups, signal, ...plan }: SampleRun,
): AsyncGenerator<SampleAnswer> {
  let [read, firstProblem]: [number, string | undefined] = [0, undefined]
  for await (const answer of inOrder(planEpoch(plan), model.concurrency.sessions, (request) =>
    model.samples({ data, request, imageShape, warmups }, signal),
  )) {
    read += answer.labels.length
    const [problem] = answer.unreadable
    if (problem) firstProblem ??= `'${problem.path}' ${problem.reason}`
    yield answer
  }
  if (read === 0 && firstProblem !== undefined)
    throw new NNOptError(
      'badInput',
      `dataset '${dataset}': none of the images could be read, the first: ${firstProblem}`,
    )
}
