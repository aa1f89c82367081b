import { createHash } from 'node:crypto'
import type { Split } from '../../../shared/types/dataset'

export interface HashedSample {
  readonly split: Split
  readonly className: string
  readonly key: string
  readonly sha256: string
}

/**
 * SHA-256 over splits, classes, names and contents, in sorted order: the same images in the same splits give the same
 * hash, regardless of the source format.
 */
export function datasetHash(samples: readonly HashedSample[]): string {
  const lines = samples.map(({ split, className, key, sha256 }) => `${split}\t${className}\t${key}\t${sha256}\n`)
  const hash = createHash('sha256')
  for (const line of lines.sort()) hash.update(line)
  return hash.digest('hex')
}
