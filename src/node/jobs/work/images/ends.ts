import { preprocessingOf } from '../../../../core/data/modelFacts'
import { guessPreprocessing, preprocessedSize } from '../../../../core/data/preprocessing'
import type { Preprocessing } from '../../../../core/data/preprocessing'
import { classOutput, producers } from '../../../../core/graph/graph'
import type { Graph } from '../../../../core/graph/graph'
import { operatorOf } from '../../../../core/ops/nodeFacts'
import type { Version } from '../../../../shared/types'

/** What the network's file says of its images, or a guess by their size. */
export const preprocessingFor = (graph: Graph, { inputSize: { height, width } }: Version): Preprocessing =>
  preprocessingOf(graph) ?? guessPreprocessing(height, width).preprocessing

/** [channels, height, width] of one image as the network reads it. */
export function imageShape({ inputSize }: Version, preprocessing: Preprocessing): readonly number[] {
  const { height, width } = preprocessedSize(preprocessing) ?? inputSize
  return [3, height, width]
}

/** Whether the scores are probabilities already. */
export function endsInSoftmax(graph: Graph): boolean {
  const last = producers(graph).get(classOutput(graph).name)
  return last !== undefined && operatorOf(last)?.probabilities === true
}
