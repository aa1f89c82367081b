import { defineInferenceOnly } from './inferenceOnly'

/** x = (q − zeroPoint) · scale (ONNX DequantizeLinear-13). */
export const dequantizeLinearOperator = defineInferenceOnly('DequantizeLinear')
