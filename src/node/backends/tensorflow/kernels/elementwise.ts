import { input, registerNative, type Operations } from './operations'

/** ReluGrad and Relu6Grad accept the output instead of the input: their conditions give the same result for both. */
export function registerElementwise(operations: Operations, withFused: boolean): void {
  const { runSingle, run, bool, float32, text } = operations
  if (!withFused) {
    registerNative('reluGradient', (inputs) =>
      runSingle('ReluGrad', [float32], [input(inputs, 'dy'), input(inputs, 'y')]),
    )
    registerNative('relu6Gradient', (inputs) =>
      runSingle('Relu6Grad', [float32], [input(inputs, 'dy'), input(inputs, 'y')]),
    )
  }
  registerNative('biasGradient', (inputs) =>
    runSingle('BiasAddGrad', [float32, text('data_format', 'NHWC')], [input(inputs, 'dy')]),
  )
  registerNative('softmaxCrossEntropy', (inputs) =>
    run('SoftmaxCrossEntropyWithLogits', [float32], [input(inputs, 'logits'), input(inputs, 'labels')], 2),
  )
  registerNative('matMul', (inputs, { transposeA, transposeB }) => {
    const attributes = [float32, bool('transpose_a', transposeA === true), bool('transpose_b', transposeB === true)]
    return runSingle('MatMul', attributes, [input(inputs, 'a'), input(inputs, 'b')])
  })
}
