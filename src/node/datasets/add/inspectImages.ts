import type { Progress } from '../../../shared/types/progress'
import { wholeFileOffset } from '../pool/messages'
import type { Inspection, SampleRefs } from '../pool/messages'
import { inOrder } from '../pool/ordered'
import { abortPromise } from '../pool/abortPromise'
import { createWorkerTeam } from '../pool/team'
import type { TeamOptions } from '../pool/team'
import type { BlobWriter } from './blobWriter'
import type { UnreadableImage } from './classes'
import type { PlacedImage } from './placeImages'
import { createPixelSums } from './pixelSums'
import type { PixelStatistics } from './pixelSums'

/** An image that has been decoded once. */
export interface InspectedImage extends PlacedImage {
  readonly width: number
  readonly height: number
  readonly sha256: string
  /** CRC-32 of the bytes in the source, and of the pixels. */
  readonly crc: number
  readonly pixelCrc: number
  /** Offset of its pixels in the file of decoded images; undefined if they are not stored. */
  readonly pixelOffset: number | undefined
}

export interface InspectionResult {
  readonly images: readonly InspectedImage[]
  readonly unreadable: readonly UnreadableImage[]
  /** Every readable image is small, so its pixels are stored. */
  readonly keptPixels: boolean
  readonly pixels: PixelStatistics
}

export interface InspectOptions extends TeamOptions {
  readonly pixelBlob: BlobWriter
  readonly signal?: AbortSignal | undefined
  onProgress(progress: Progress): void
}

const imagesPerTask = 128

/**
 * Decodes every image in worker threads. Rejects with `cancelled` on abort; unreadable images are listed, never thrown.
 */
export async function inspectImages(
  images: readonly PlacedImage[],
  options: InspectOptions,
): Promise<InspectionResult> {
  const team = createWorkerTeam({ file: options.file, workers: options.workers })
  const cancelled = abortPromise(options.signal)
  const collector = createCollector(options.pixelBlob)
  const label = (part: readonly PlacedImage[]): string =>
    `checking ${part.length} images starting at '${part[0]!.path}'`
  try {
    const check = async (part: readonly PlacedImage[]): Promise<Checked> => {
      const work = team.run('inspect', { samples: refsOf(part), wantsPixels: collector.keepsPixels() }, label(part))
      return { part, inspection: await Promise.race([work, cancelled.promise]) }
    }
    for await (const checked of inOrder(chunks(images), team.workers * 2, check)) {
      collector.add(checked)
      options.onProgress({ label: 'checking images', done: collector.count(), total: images.length, unit: 'images' })
    }
    return collector.result()
  } finally {
    cancelled.release()
    await team.close()
  }
}

interface Checked {
  readonly part: readonly PlacedImage[]
  readonly inspection: Inspection
}

function* chunks(images: readonly PlacedImage[]): Generator<readonly PlacedImage[]> {
  for (let first = 0; first < images.length; first += imagesPerTask) yield images.slice(first, first + imagesPerTask)
}

function refsOf(images: readonly PlacedImage[]): SampleRefs {
  const files = [...new Set(images.map(({ file }) => file))]
  const position = new Map(files.map((file, index) => [file, index]))
  return {
    files,
    file: Int32Array.from(images, ({ file }) => position.get(file) ?? 0),
    offset: Float64Array.from(images, ({ offset, inArchive }) => (inArchive ? offset : wholeFileOffset)),
    length: Float64Array.from(images, ({ length }) => length),
    width: Int32Array.from(images, ({ pixels }) => pixels?.width ?? 0),
    height: Int32Array.from(images, ({ pixels }) => pixels?.height ?? 0),
    names: images.map(({ path }) => path),
  }
}

interface Collector {
  add(checked: Checked): void
  keepsPixels(): boolean
  count(): number
  result(): InspectionResult
}

function createCollector(pixelBlob: BlobWriter): Collector {
  const images: InspectedImage[] = []
  const unreadable: UnreadableImage[] = []
  const pixels = createPixelSums()
  let keptPixels = true
  return {
    keepsPixels: () => keptPixels,
    count: () => images.length + unreadable.length,
    add({ part, inspection }) {
      pixels.add(inspection)
      keptPixels &&= inspection.pixels !== null
      let pixelOffset = keptPixels && inspection.pixels ? pixelBlob.append(inspection.pixels) : undefined
      part.forEach((image, index) => {
        const [width, height, reason] = [
          inspection.width[index]!,
          inspection.height[index]!,
          inspection.reasons[index]!,
        ]
        if (reason !== '') return void unreadable.push({ image, path: image.path, reason })
        const [sha256, crc, pixelCrc] = [inspection.sha256[index]!, inspection.crc[index]!, inspection.pixelCrc[index]!]
        images.push({ ...image, width, height, sha256, crc, pixelCrc, pixelOffset })
        if (pixelOffset !== undefined) pixelOffset += width * height * 3
      })
    },
    result: () => ({ images, unreadable, keptPixels, pixels: pixels.result() }),
  }
}
