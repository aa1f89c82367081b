import { NNOptError } from '../../../shared/errors'

/** Images are compressed already: an archive of them hardly shrinks. Pixels of one colour do, and small archives may. */
const mostGrowth = 50
const freeBytes = 256 * 2 ** 20
/** ImageNet has 1.3 million images. */
const mostEntries = 5_000_000

/** Keeps count of what an archive unpacks to. */
export interface ArchiveBudget {
  /** Before an entry of so many bytes is unpacked. Throws `badInput` when the archive is no archive of images. */
  take(sizeBytes: number): void
}

/** A few megabytes can unpack to terabytes (a zip bomb): at most 50 times the archive's size, or 256 MiB, and 5,000,000 entries. */
export function createArchiveBudget(archive: string, archiveBytes: number): ArchiveBudget {
  const mostBytes = Math.max(freeBytes, archiveBytes * mostGrowth)
  let [bytes, entries] = [0, 0]
  return {
    take(sizeBytes) {
      bytes += sizeBytes
      entries++
      if (bytes > mostBytes)
        throw new NNOptError(
          'badInput',
          `'${archive}' unpacks to more than ${mostBytes} bytes, ${mostGrowth} times its size: expected an archive of images; unpack it yourself if you trust it, and add the folder`,
          { archive },
        )
      if (entries > mostEntries)
        throw new NNOptError(
          'badInput',
          `'${archive}' has more than ${mostEntries} entries: expected an archive of images`,
          {
            archive,
          },
        )
    },
  }
}
