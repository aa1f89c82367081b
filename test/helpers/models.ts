import { writeFileSync } from 'node:fs'
import { withModelFacts } from '../../src/core/data/modelFacts'
import type { ModelFacts } from '../../src/core/data/modelFacts'
import { architectures } from '../../src/core/architectures/index'
import { writeOnnx } from '../../src/core/onnx/index'

interface TinyModelOptions {
  readonly classes?: number
  readonly size?: number
  readonly channels?: number
  readonly seed?: number
  readonly facts?: ModelFacts
}

/** Writes a tiny, untrained model as ONNX. */
export function writeTinyModel(
  file: string,
  { classes = 3, size = 16, channels = 8, seed = 0, facts = {} }: TinyModelOptions = {},
): string {
  writeFileSync(
    file,
    writeOnnx(withModelFacts(architectures.get('tiny-cnn').build({ classes, size, channels }, seed), facts)),
  )
  return file
}
