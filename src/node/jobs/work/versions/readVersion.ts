import { existsSync, readFileSync } from 'node:fs'
import type { Graph } from '../../../../core/graph/graph'
import { assertMasksFit } from '../../../../core/graph/masks'
import { NNOptError } from '../../../../shared/errors'
import type { Version } from '../../../../shared/types'
import type { Store } from '../../../store'
import { readModelFile } from './readModelFile'
import { withTrainingState } from './trainingState'

/** An fp32 version as later steps start from it: its network with the masks of an earlier pruning. Throws `unsupported` for a version that cannot be trained. */
export function readTrainable({ paths }: Store, { id, name, precision, trainable }: Version): Graph {
  if (!trainable)
    throw new NNOptError(
      'unsupported',
      `version '${name}' is ${precision} and cannot be trained: choose the fp32 version it was made from`,
    )
  const { graph } = readModelFile(paths.model(id))
  const file = paths.trainingState(id)
  if (!existsSync(file))
    throw new NNOptError(
      'storage',
      `version '${name}': 'training.safetensors' is missing from its folder; run 'nnopt doctor'`,
      { file },
    )
  const masked = { ...graph, masks: withTrainingState(graph, readFileSync(file), `${name}/training.safetensors`).masks }
  assertMasksFit(masked, `version '${name}', training.safetensors`)
  return masked
}

/** The same for a version that may only run: without masks where it has no training state. */
export const readFloat = (store: Store, version: Version): Graph =>
  version.trainable ? readTrainable(store, version) : readModelFile(store.paths.model(version.id)).graph
