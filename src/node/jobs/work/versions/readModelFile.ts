import { readFileSync } from 'node:fs'
import { basename, dirname, relative, resolve, sep } from 'node:path'
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
    return readFileSync(path)
  } catch (cause) {
    throw new NNOptError('badInput', missing, { path }, { cause })
  }
}

/** Reads an ONNX file and the external data beside it; files outside its folder are not read, whatever it names. */
export function readModelFile(path: string): ModelFile {
  const fileName = basename(path)
  const folder = dirname(resolve(path))
  const bytes = readBytes(path, `'${path}' cannot be read: expected an ONNX file; check the path`)
  const externalData = (location: string): Uint8Array => {
    const file = resolve(folder, location)
    if (relative(folder, file).split(sep)[0] === '..')
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
