import type { Graph, QParams } from '../../../core/graph/graph'
import { floatTensor, isFloat, tensorData } from '../../../core/graph/tensorData'
import type { TensorData } from '../../../core/graph/tensorData'
import { writeSafetensors } from '../../../core/train/safetensors'

/** What later steps start from: float weights by name, masks under `mask/`, quantization parameters under `scale/` and `zeroPoint/`. */
export function trainingState({ initializers, masks, qparams }: Graph): Uint8Array {
  const weights = [...initializers].filter(([, { dtype }]) => isFloat(dtype)).map(([name, tensor]) => [name, { ...tensor, dtype: 'float32' }] as const)
  const kept = [...masks].map(([name, mask]) => [`mask/${name}`, tensorData('uint8', initializers.get(name)?.shape ?? [mask.length], mask)] as const)
  const quantized = [...qparams].flatMap(([name, parameters]) => qparamTensors(name, parameters))
  const axes = Object.fromEntries([...qparams].map(([name, { dtype, qmin, qmax, axis }]) => [name, { dtype, qmin, qmax, axis }]))
  return writeSafetensors({ tensors: new Map<string, TensorData>([...weights, ...kept, ...quantized]), metadata: { qparams: JSON.stringify(axes) } })
}

const qparamTensors = (name: string, { scale, zeroPoint }: QParams): readonly (readonly [string, TensorData])[] => [
  [`scale/${name}`, floatTensor([scale.length], scale)],
  [`zeroPoint/${name}`, tensorData('int32', [zeroPoint.length], zeroPoint)],
]
