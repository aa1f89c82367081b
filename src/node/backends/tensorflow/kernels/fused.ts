import {
  clone,
  tensor1d,
  tidy,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { input, integers, registerNative, type Operations } from './operations'

/** As in native/kernel.h. */
const ACTIVATIONS: Readonly<Record<string, number>> = { none: 0, relu: 1, relu6: 2 }
const LANES = 16
const FILTER_GRADIENT_KERNELS = [3, 5]

const pick = (inputs: NamedTensorInfoMap, ...names: string[]): TensorInfo[] => names.map((name) => input(inputs, name))

/**
 * This program's own operations (native/*.cc), if the installer compiled them; they replace TensorFlow's on the CPU.
 */
export function registerFused(operations: Operations): void {
  registerBatchNorm(operations)
  registerActivations(operations)
  registerFakeQuant(operations)
  registerPointwise(operations)
  registerUpdates(operations)
}

function registerBatchNorm(operations: Operations): void {
  const { run, float, int } = operations
  const attributes = ({ epsilon, activation }: NamedAttrMap): ReturnType<typeof int>[] => [
    float('epsilon', Number(epsilon)),
    int('activation', ACTIVATIONS[String(activation ?? 'none')] ?? 0),
  ]
  for (const kernel of ['batchNormTrain', 'batchNormActivationTrain'] as const) {
    registerNative(kernel, (inputs, attrs) => {
      const [y, mean, variance, inverse] = run(
        'NNOptBatchNorm',
        attributes(attrs),
        pick(inputs, 'x', 'scale', 'shift'),
        4,
      ) as [Tensor, Tensor, Tensor, Tensor]
      return [y, mean, variance, clone(mean), inverse, clone(input(inputs, 'shift') as Tensor)]
    })
  }
  for (const kernel of ['batchNormTrainGradient', 'batchNormActivationTrainGradient'] as const) {
    registerNative(kernel, (inputs, attrs) =>
      run(
        'NNOptBatchNormGradient',
        attributes(attrs),
        pick(inputs, 'dy', 'x', 'scale', 'saved2', 'saved0', 'saved1'),
        3,
      ),
    )
  }
}

function registerActivations({ runSingle, int }: Operations): void {
  registerNative('biasActivation', (inputs, attrs) =>
    runSingle(
      'NNOptBiasActivation',
      [int('activation', ACTIVATIONS[String(attrs['activation'])] ?? 0)],
      pick(inputs, 'x', 'bias'),
    ),
  )
  const activation = (name: string) => [int('activation', ACTIVATIONS[name] ?? 0)]
  for (const [name, kernel, gradient] of [
    ['relu', 'relu', 'reluGradient'],
    ['relu6', 'relu6', 'relu6Gradient'],
  ] as const) {
    registerNative(kernel, (inputs) => runSingle('NNOptActivation', activation(name), pick(inputs, 'x')))
    registerNative(gradient, (inputs) =>
      runSingle('NNOptActivationGradient', activation(name), pick(inputs, 'dy', 'y')),
    )
  }
}

function registerFakeQuant({ run, runSingle, int }: Operations): void {
  const range = ({ qmin, qmax }: NamedAttrMap) => [int('qmin', Number(qmin)), int('qmax', Number(qmax))]
  registerNative('fakeQuant', (inputs, attrs) =>
    runSingle('NNOptFakeQuant', range(attrs), pick(inputs, 'x', 'scale', 'zeroPoint')),
  )
  registerNative('fakeQuantGradient', (inputs, attrs) =>
    runSingle('NNOptFakeQuantGradient', range(attrs), pick(inputs, 'dy', 'x', 'scale', 'zeroPoint')),
  )
  registerNative('biasFakeQuant', (inputs, attrs) =>
    runSingle('NNOptBiasFakeQuant', range(attrs), pick(inputs, 'x', 'bias', 'scale', 'zeroPoint')),
  )
  registerNative('biasFakeQuantGradient', (inputs, attrs) =>
    run('NNOptBiasFakeQuantGradient', range(attrs), pick(inputs, 'dy', 'x', 'bias', 'scale', 'zeroPoint'), 2),
  )
}

function registerPointwise({ runSingle }: Operations): void {
  registerNative('pointwiseConv2d', (inputs) => runSingle('NNOptPointwise', [], pick(inputs, 'x', 'filter')))
  registerNative('pointwiseConv2dInputGradient', (inputs) =>
    runSingle('NNOptPointwiseInputGradient', [], pick(inputs, 'dy', 'filter')),
  )
  registerNative('pointwiseConv2dFilterGradient', (inputs) =>
    runSingle('NNOptPointwiseFilterGradient', [], pick(inputs, 'x', 'dy')),
  )
}

function registerUpdates({ run, runSingle, int }: Operations): void {
  registerNative('flatten', (inputs) => {
    const tensors = Object.keys(inputs).map((name) => input(inputs, name))
    return runSingle('NNOptFlatten', [int('count', tensors.length)], tensors)
  })
  registerNative('split', (inputs, { count }) =>
    run('NNOptSplit', [int('count', Number(count))], pick(inputs, 'flat', 'shapes'), Number(count)),
  )
  registerNative('sgd', (inputs) =>
    run('NNOptSgd', [], pick(inputs, 'parameters', 'gradients', 'velocity', 'decay', 'settings'), 2),
  )
  registerNative('adam', (inputs) =>
    run('NNOptAdam', [], pick(inputs, 'parameters', 'gradients', 'mean', 'square', 'decay', 'settings'), 3),
  )
}

/** Depthwise convolution: undefined if the operation does not cover the case, so that TensorFlow's runs. */
export function fusedDepthwise({ runSingle, int }: Operations) {
  const attributes = (attrs: NamedAttrMap) => [
    int('strides', integers(attrs, 'strides')),
    int('pads', integers(attrs, 'pads')),
  ]
  const covers = ([, , channels = 0, multiplier = 0]: readonly number[]): boolean =>
    multiplier === 1 && channels >= LANES
  return {
    forward: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Tensor | undefined =>
      covers(input(inputs, 'filter').shape)
        ? runSingle('NNOptDepthwise', attributes(attrs), pick(inputs, 'x', 'filter'))
        : undefined,
    inputGradient: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Tensor | undefined => {
      if (!covers(input(inputs, 'filter').shape)) return undefined
      return tidy(() =>
        runSingle('NNOptDepthwiseInputGradient', attributes(attrs), [
          tensor1d(integers(attrs, 'xShape'), 'int32'),
          ...pick(inputs, 'filter', 'dy'),
        ]),
      )
    },
    filterGradient: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Tensor | undefined => {
      const shape = integers(attrs, 'filterShape')
      if (!covers(shape) || shape[0] !== shape[1] || !FILTER_GRADIENT_KERNELS.includes(shape[0] ?? 0)) return undefined
      return tidy(() =>
        runSingle('NNOptDepthwiseFilterGradient', attributes(attrs), [
          input(inputs, 'x'),
          tensor1d(shape, 'int32'),
          input(inputs, 'dy'),
        ]),
      )
    },
  } as const
}

/**
 * Gradients of a dense convolution in bfloat16, which TensorFlow computes many times slower than in fp32; undefined for
 * other types.
 */
export function bfloatGradients({ runSingle, int, isBfloat16 }: Operations) {
  const attributes = (attrs: NamedAttrMap) => [
    int('strides', integers(attrs, 'strides')),
    int('pads', integers(attrs, 'pads')),
  ]
  const covers = (inputs: NamedTensorInfoMap): boolean =>
    Object.values(inputs).some((tensor) => tensor !== undefined && isBfloat16(tensor))
  return {
    inputGradient: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Tensor | undefined =>
      covers(inputs)
        ? tidy(() =>
            runSingle('NNOptConvInputGradient', attributes(attrs), [
              tensor1d(integers(attrs, 'xShape'), 'int32'),
              ...pick(inputs, 'filter', 'dy'),
            ]),
          )
        : undefined,
    filterGradient: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap): Tensor | undefined =>
      covers(inputs)
        ? tidy(() =>
            runSingle('NNOptConvFilterGradient', attributes(attrs), [
              input(inputs, 'x'),
              tensor1d(integers(attrs, 'filterShape'), 'int32'),
              input(inputs, 'dy'),
            ]),
          )
        : undefined,
  } as const
}
