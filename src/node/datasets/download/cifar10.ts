import { join } from 'node:path'
import type { Progress } from '../../../shared/types/progress'
import { download } from './download'
import type { Checksum } from './download'

/** The binary version published by its author (Krizhevsky, 2009). */
const cifar10Url = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'
const cifar10Checksum: Checksum = { algorithm: 'md5', hex: 'c32a1d4ab5d03f1284b67883e8d87530' }

export interface DownloadCifar10Options {
  /** Where to save the archive. */
  readonly folder: string
  readonly url?: string | undefined
  readonly checksum?: Checksum | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Downloads CIFAR-10, resuming an earlier attempt, and returns the archive's path for `addDataset`. Throws the errors
 * of `download`.
 */
export async function downloadCifar10({
  folder,
  url = cifar10Url,
  checksum = cifar10Checksum,
  onProgress,
  signal,
}: DownloadCifar10Options): Promise<string> {
  const target = join(folder, 'cifar-10-binary.tar.gz')
  await download({ url, target, checksum, onProgress: onProgress ?? (() => undefined), signal })
  return target
}
