import type { Engine, ModelForm } from '../../shared/types'
import { OPENVINO_VERSION } from './openvino/runtimePaths'
import { runtimeName } from './runtimeVersion'

/** Name and version of the library behind an engine. */
export const engineName = (engine: Engine = 'onnxruntime'): string =>
  engine === 'openvino' ? `OpenVINO ${OPENVINO_VERSION}` : runtimeName()

/** The library with what was done to the file, for every number that was measured. */
export const runtimeText = (engine: Engine | undefined, form: ModelForm = 'original', exact = false): string =>
  [engineName(engine), exact && 'exact int8', form === 'padded' && 'padded channels'].filter(Boolean).join(', ')
