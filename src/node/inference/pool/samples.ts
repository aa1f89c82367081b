import { planEpoch } from '../../../core/data/batchPlan'
import type { EpochPlan, EvalMode } from '../../../core/data/batchPlan'
import { NNOptError } from '../../../shared/errors'
import { inOrder } from '../../datasets/pool/ordered'
import type { SampleAnswer } from './calls'
import type { PooledModel } from './pool'

export interface SampleRun extends EpochPlan<EvalMode> {
  /** Number of the dataset in the pool, and its name for messages. */
  readonly data: number
  readonly dataset: string
  readonly imageShape: readonly number[]
  readonly warmups: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The answers of a model to the images of a plan, in its order. At most one batch more than there are sessions is in the process, so that one is
 * decoded while the others run and memory stays the same however long the plan is. Throws `badInput` when no image could be read.
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
