import { add, type Tensor } from '@tensorflow/tfjs-core'
import { activate, type FusedActivation } from './activations'
import { runNativeSingle } from './native'

/** activation(x + bias) in one pass over memory where the backend can: x [.., c], bias [c]. */
export function biasActivation(x: Tensor, bias: Tensor, activation: FusedActivation = 'none'): Tensor {
  return runNativeSingle('biasActivation', { x, bias }, { activation }) ?? activate(add(x, bias), activation)
}
