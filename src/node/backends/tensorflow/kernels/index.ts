import { registerBatchNorm } from './batchNorm'
import { registerConvolution } from './convolution'
import { registerElementwise } from './elementwise'
import { registerFused } from './fused'
import { registerHalf } from './half'
import { operationsOf, type TensorflowKernelBackend } from './operations'

/**
 * Registers TensorFlow's operations for the training kernels of core/kernels, and this program's own if they are
 * loaded.
 */
export function registerTensorflowKernels(backend: TensorflowKernelBackend, withFused: boolean): void {
  const operations = operationsOf(backend)
  registerElementwise(operations, withFused)
  if (withFused) registerFused(operations)
  else registerBatchNorm(operations)
  registerConvolution(operations, withFused)
  registerHalf(backend)
}
