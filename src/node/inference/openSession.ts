import type { ModelSource, SessionOptions } from './messages'
import type { Session } from './session'

/**
 * Opens a model with the engine in the options, loading its native library on first use. Throws `badInput` with the
 * engine's message if it rejects the model.
 */
export async function openSession(model: ModelSource, options: SessionOptions): Promise<Session> {
  return options.engine === 'openvino'
    ? (await import('./openvino/session')).openOpenvinoSession(model, options)
    : (await import('./onnxruntimeSession')).openOnnxruntimeSession(model, options)
}
