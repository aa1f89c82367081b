import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { readOnnx } from '../../../../core/onnx/index'
import type { Graph } from '../../../../core/graph/graph'
import { NNOptError } from '../../../../shared/errors'

export interface ModelFile {
  readonly graph: Graph
  /** As it was read; what external data it names is not in it. */
  readonly bytes: Uint8Array
}

function readBytes(path: string, missing: string): Uint8Array {
  try {
    assertPlainFile(path)
    return readFileSync(path)
  } catch (cause) {
    if (cause instanceof NNOptError) throw cause
    throw new NNOptError('badInput', missing, { path }, { cause })
  }
}

/** Most bytes of one file: what onnxruntime and protobuf read at all, and what one buffer holds. */
const mostBytes = 2 ** 32

/** Folders, pipes and devices never end, or never begin; a link to one is one. */
function assertPlainFile(path: string): void {
  const stats = statSync(path)
  if (!stats.isFile())
    throw new NNOptError('badInput', `'${path}' is not a plain file: expected an ONNX file or its weights`, { path })
  if (stats.size > mostBytes)
    throw new NNOptError('unsupported', `'${path}' has ${stats.size} bytes: expected at most ${mostBytes}`, { path })
}

/** Reads an ONNX file and the external data beside it; files outside its folder are not read, whatever it names. */
export function readModelFile(path: string): ModelFile {
  const fileName = basename(path)
  const folder = dirname(resolve(path))
  const bytes = readBytes(path, `'${path}' cannot be read: expected an ONNX file; check the path`)
  const externalData = (location: string): Uint8Array => {
    const file = resolve(folder, location)
    const inside = relative(folder, file)
    // On Windows, another drive has no relative path.
    if (isAbsolute(inside) || inside.split(sep)[0] === '..')
      throw new NNOptError(
        'badInput',
        `'${fileName}' refers to external data outside its folder: '${location}'; expected a file next to the model`,
      )
    return readBytes(
      file,
      `'${fileName}' stores weights in '${location}', which is missing in '${folder}': put the file next to the model`,
    )
  }
  return { graph: readOnnx(bytes, { fileName, externalData }), bytes }
}
