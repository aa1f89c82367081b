import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { readOnnx } from '../../../../core/onnx/index'
import type { InputSize } from '../../../../core/onnx/inputSize'
import type { Graph } from '../../../../core/graph/graph'
import { NNOptError } from '../../../../shared/errors'
import { isWithin } from '../../../access/isWithin'

export interface ModelFile {
  readonly graph: Graph
  /** As it was read; what external data it names is not in it. */
  readonly bytes: Uint8Array
}

/** What does not exist is reported when it is read. */
const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path)

function readBytes(path: string, missing: string, onRead: ReadModelOptions['onRead']): Uint8Array {
  try {
    const bytes = plainFileBytes(path)
    onRead?.(bytes)
    return readFileSync(path)
  } catch (cause) {
    if (cause instanceof NNOptError) throw cause
    throw new NNOptError('badInput', missing, { path }, { cause })
  }
}

/** Most bytes of one file: what onnxruntime and protobuf read at all, and what one buffer holds. */
const mostBytes = 2 ** 32

/** Folders, pipes and devices never end, or never begin; a link to one is one. */
function plainFileBytes(path: string): number {
  const stats = statSync(path)
  if (!stats.isFile())
    throw new NNOptError('badInput', `'${path}' is not a plain file: expected an ONNX file or its weights`, { path })
  if (stats.size > mostBytes)
    throw new NNOptError('unsupported', `'${path}' has ${stats.size} bytes: expected at most ${mostBytes}`, { path })
  return stats.size
}

export interface ReadModelOptions {
  /** Whether external data may lie elsewhere through links. */
  readonly followLinks: boolean
  /** Before a file of so many bytes is read. */
  readonly onRead?: (bytes: number) => void
  /** For a file that leaves height and width free. */
  readonly inputSize?: InputSize | undefined
  readonly warn?: ((message: string) => void) | undefined
}

/** Reads an ONNX file and the external data beside it; files outside its folder are not read, whatever it names. */
export function readModelFile(
  path: string,
  { followLinks, onRead, ...options }: ReadModelOptions = { followLinks: true },
): ModelFile {
  const fileName = basename(path)
  const folder = dirname(resolve(path))
  const bytes = readBytes(path, `'${path}' cannot be read: expected an ONNX file; check the path`, onRead)
  const externalData = (location: string): Uint8Array => {
    const file = resolve(folder, location)
    if (!isWithin(folder, file) || (!followLinks && !isWithin(realPath(folder), realPath(file))))
      throw new NNOptError(
        'badInput',
        `'${fileName}' refers to external data outside its folder: '${location}'; expected a file next to the model`,
      )
    return readBytes(
      file,
      `'${fileName}' stores weights in '${location}', which is missing in '${folder}': put the file next to the model`,
      onRead,
    )
  }
  return { graph: readOnnx(bytes, { fileName, externalData, ...options }), bytes }
}
