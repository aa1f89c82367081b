import type { ModelSource, SessionOptions } from './messages'
import type { Session } from './session'

/** Opens a model in the engine that the options name; its native library loads on first use. Throws `badInput` with the engine's words where it refuses the model. */
export async function openSession(model: ModelSource, options: SessionOptions): Promise<Session> {
  return options.engine === 'openvino'
    ? (await import('./openvino/session')).openOpenvinoSession(model, options)
    : (await import('./onnxruntimeSession')).openOnnxruntimeSession(model, options)
}
