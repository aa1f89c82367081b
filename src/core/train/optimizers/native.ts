import { tensor1d } from '@tensorflow/tfjs-core'
import { runNative } from '../../kernels/native'
import type { UpdateInput, UpdateResult } from './optimizer'

/** The backend's update in one pass over memory, `settings` its numbers; undefined where it has none. */
export function runUpdate(
  kernel: 'sgd' | 'adam',
  { parameters, gradients, slots, decay }: UpdateInput,
  slotNames: readonly string[],
  settings: readonly number[],
): UpdateResult | undefined {
  const state = Object.fromEntries(slotNames.map((name, index) => [name, slots[index]]))
  const numbers = tensor1d([...settings], 'float32')
  const outputs = runNative(kernel, { parameters, gradients, ...state, decay, settings: numbers })
  numbers.dispose()
  return outputs && { parameters: outputs[0]!, slots: outputs.slice(1) }
}
