import type { Engine, ModelForm } from '../../shared/types'
import { OPENVINO_VERSION } from './openvino/runtimePaths'
import { runtimeName } from './runtimeVersion'

/** Name and version of an engine's library. */
const engineName = (engine: Engine = 'onnxruntime'): string =>
  engine === 'openvino' ? `OpenVINO ${OPENVINO_VERSION}` : runtimeName()

/** The library and how the file was modified, recorded with every measurement. */
export const runtimeText = (engine: Engine | undefined, form: ModelForm = 'original', exact = false): string =>
  [engineName(engine), exact && 'exact int8', form === 'padded' && 'padded channels'].filter(Boolean).join(', ')
