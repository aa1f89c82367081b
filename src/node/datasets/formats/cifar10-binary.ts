import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { NNOptError } from '../../../shared/errors'
import { defineFormat } from './format'
import type { FoundImage, Listing, ReadContext } from './format'
import type { SourceProbe } from './probe'
import { tarEntries } from './tarEntries'

/** In label order, as in the archive's batches.meta.txt. */
export const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const

const side = 32
const pixelCount = side * side
const channels = 3
const recordBytes = 1 + pixelCount * channels

const batchName = /^(data_batch_([1-5])|test_batch)\.bin$/
const pythonBatchName = /^(data_batch_[1-5]|test_batch)$/

const officialBatches = [
  'data_batch_1.bin',
  'data_batch_2.bin',
  'data_batch_3.bin',
  'data_batch_4.bin',
  'data_batch_5.bin',
  'test_batch.bin',
]

const nameOf = (path: string): string => path.split('/').at(-1) ?? ''

/** The official archive cifar-10-binary.tar.gz, or its unpacked folder (Krizhevsky, 2009). */
export const cifar10BinaryFormat = defineFormat({
  id: 'cifar10-binary',
  label: 'CIFAR-10, binary version',
  help: 'cifar-10-binary.tar.gz, or the unpacked folder with data_batch_1.bin … test_batch.bin',
  progressUnit: 'bytes',
  matches: ({ kind, names }) =>
    kind !== 'zip' && names.some((name) => batchName.test(nameOf(name)) || pythonBatchName.test(nameOf(name))),
  refines: ['tar', 'image-folder'],
  read: readBatches,
})

async function readBatches(source: SourceProbe, context: ReadContext): Promise<Listing> {
  const images: FoundImage[] = []
  const seen = new Set<string>()
  for await (const { name, bytes } of batches(source, context)) {
    images.push(...unpack(source.path, name, bytes, context))
    seen.add(name)
  }
  if (images.length === 0)
    throw new NNOptError(
      'badInput',
      `'${source.path}' contains CIFAR-10 as Python pickles:  expected the binary version (cifar-10-binary.tar.gz)`,
      { path: source.path },
    )
  const missing = officialBatches.filter((name) => !seen.has(name))
  return {
    images,
    folders: [],
    problems: missing.map((name) => ({ path: name, reason: 'is missing: expected all files of the official archive' })),
    otherFiles: [],
  }
}

interface BatchFile {
  readonly name: string
  readonly bytes: Buffer
}

async function* batches({ path, kind, names }: SourceProbe, context: ReadContext): AsyncGenerator<BatchFile> {
  if (kind === 'folder') {
    for (const name of names.filter((candidate) => batchName.test(candidate)))
      yield { name, bytes: await readFile(join(path, name)) }
    return
  }
  for await (const entry of tarEntries(path, kind === 'tar' ? 'tar' : 'tar.gz', context)) {
    const name = nameOf(entry.path)
    if (entry.type === 'file' && batchName.test(name)) yield { name, bytes: await entry.bytes() }
  }
}

/**
 * One record: a label, then 1024 bytes each of red, green and blue. Images are named as if they were in class folders.
 */
function unpack(source: string, name: string, bytes: Buffer, { blob }: ReadContext): readonly FoundImage[] {
  if (bytes.length === 0 || bytes.length % recordBytes !== 0) {
    throw new NNOptError(
      'badInput',
      `'${basename(source)}': '${name}' has ${bytes.length} bytes: expected records of ${recordBytes} bytes; the file is truncated or not a CIFAR-10 batch`,
      { path: source },
    )
  }
  const split = name.startsWith('test') ? 'test' : 'train'
  const prefix = name.replace(/\.bin$/, '')
  return Array.from({ length: bytes.length / recordBytes }, (_, index) => {
    const record = bytes.subarray(index * recordBytes, (index + 1) * recordBytes)
    const className = cifar10Classes[record[0]!]
    if (className === undefined)
      throw new NNOptError(
        'badInput',
        `'${basename(source)}': '${name}', record ${index}: expected a label of 0 to ${cifar10Classes.length - 1}, got ${record[0]}`,
        { path: source },
      )
    const pixels = interleaved(record.subarray(1))
    return {
      path: `${split}/${className}/${prefix}-${String(index).padStart(5, '0')}`,
      file: blob.path,
      inArchive: true,
      offset: blob.append(pixels),
      length: pixels.length,
      pixels: { width: side, height: side },
    }
  })
}

function interleaved(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(planes.length)
  for (let pixel = 0, at = 0; pixel < pixelCount; pixel++) {
    for (let channel = 0; channel < channels; channel++) pixels[at++] = planes[channel * pixelCount + pixel]!
  }
  return pixels
}
