import { readFileSync } from 'node:fs'
import type { Handlers } from '../../shared/contract'
import type { Version } from '../../shared/types'
import { resolveVersion } from '../store/resolve'
import type { HostParts } from './parts'

/** The class names that were assumed for a file without them when it was evaluated. */
const evaluatedClasses = async (store: HostParts['store'], { id, classCount }: Version): Promise<readonly string[]> =>
  (await store.measurements.evaluations(id))
    .map(({ evaluation }) => evaluation.perClass.map(({ name }) => name))
    .find(({ length }) => length === classCount) ?? []

/** Programs that run a version's file with onnxruntime, including preprocessing. */
export const codeHandlers = ({ store }: HostParts): Pick<Handlers, 'versions.code'> => ({
  'versions.code': async ({ version: reference }) => {
    const version = await resolveVersion(store, reference)
    const [{ codeSamples }, { readOnnx }, { preprocessingOf }, { guessPreprocessing }, { imageInput }] =
      await Promise.all([
        import('../../core/codeSamples/index'),
        import('../../core/onnx/index'),
        import('../../core/data/modelFacts'),
        import('../../core/data/preprocessing'),
        import('../../core/graph/graph'),
      ])
    const graph = readOnnx(readFileSync(store.paths.model(version.id)), { fileName: `${version.name}.onnx` })
    const { width, height } = version.inputSize
    const preprocessing = preprocessingOf(graph) ?? guessPreprocessing(height, width).preprocessing
    const facts = {
      modelFile: `${version.name}.onnx`,
      inputName: imageInput(graph).name,
      width,
      height,
      preprocessing,
      classes: version.classes.length > 0 ? version.classes : await evaluatedClasses(store, version),
    }
    return codeSamples.list().map((sample) => ({
      id: sample.id,
      label: sample.label,
      fileName: sample.fileName,
      usage: sample.usage,
      text: sample.code(facts),
    }))
  },
})
