import { defineInferenceOnly } from './inferenceOnly'

/** q = clamp(round(x / scale) + zeroPoint) (ONNX QuantizeLinear-13). */
export const quantizeLinearOperator = defineInferenceOnly('QuantizeLinear')
