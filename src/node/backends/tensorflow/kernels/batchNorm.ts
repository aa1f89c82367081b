import { reshape, tensor1d, tidy, type NamedTensorInfoMap, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core'
import { input, registerNative, type OperationAttribute, type Operations } from './operations'

/** y, mean, variance and three tensors for the gradient. */
const FORWARD_OUTPUTS = 6
/** dx, dScale, dShift and two empty tensors. */
const GRADIENT_OUTPUTS = 5

/** FusedBatchNormV3 supports only rank 4: [n, c] is passed as [n, 1, 1, c]. */
function rank4(x: TensorInfo): TensorInfo {
  const [n = 1, c = 1] = x.shape
  return x.shape.length === 4 ? x : reshape(x as Tensor, [n, 1, 1, c])
}

const like = (y: Tensor, x: TensorInfo): Tensor => (x.shape.length === 4 ? y : reshape(y, x.shape))

const pick = (inputs: NamedTensorInfoMap, ...names: string[]): TensorInfo[] => names.map((name) => input(inputs, name))

/** FusedBatchNormV3 and FusedBatchNormGradV3: one operation each, where tfjs needs about ten passes. */
export function registerBatchNorm({ run, float, bool, text, typeOf, float32 }: Operations): void {
  const attributes = (x: TensorInfo, epsilon: unknown, training: boolean): OperationAttribute[] => [
    typeOf(x),
    { ...float32, name: 'U' },
    float('epsilon', Number(epsilon)),
    text('data_format', 'NHWC'),
    bool('is_training', training),
  ]

  registerNative('batchNormTrain', (inputs, { epsilon }) =>
    tidy(() => {
      const x = input(inputs, 'x')
      const noRunning = tensor1d([])
      const outputs = run(
        'FusedBatchNormV3',
        [...attributes(x, epsilon, true), float('exponential_avg_factor', 1)],
        [rank4(x), ...pick(inputs, 'scale', 'shift'), noRunning, noRunning],
        FORWARD_OUTPUTS,
      )
      const [y, mean, variance, ...saved] = outputs as [Tensor, Tensor, Tensor, ...Tensor[]]
      return [like(y, x), mean, variance, ...saved]
    }),
  )

  registerNative('batchNormTrainGradient', (inputs, { epsilon }) =>
    tidy(() => {
      const x = input(inputs, 'x')
      const outputs = run(
        'FusedBatchNormGradV3',
        attributes(x, epsilon, true),
        [rank4(input(inputs, 'dy')), rank4(x), ...pick(inputs, 'scale', 'saved0', 'saved1', 'saved2')],
        GRADIENT_OUTPUTS,
      )
      const [dx, dScale, dShift] = outputs as [Tensor, Tensor, Tensor]
      return [like(dx, x), dScale, dShift]
    }),
  )

  registerNative('batchNormInference', (inputs, { epsilon }) =>
    tidy(() => {
      const x = input(inputs, 'x')
      const outputs = run(
        'FusedBatchNormV3',
        attributes(x, epsilon, false),
        [rank4(x), ...pick(inputs, 'scale', 'shift', 'mean', 'variance')],
        FORWARD_OUTPUTS,
      )
      return like(outputs[0] as Tensor, x)
    }),
  )
}
