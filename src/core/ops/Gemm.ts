import type { Tensor } from '@tensorflow/tfjs-core'
import { add, mul } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { matMul } from '../kernels/matMul'
import { sizeOf, tensorData, transpose } from '../graph/tensorData'
import { sumToShape } from './broadcast'
import type { ConstantContext, QuantizationRule, StaysFloat } from './facts'
import { defineOperator } from './operator'
import type { NodeContext } from './operator'

const attributes = z.object({
  alpha: z.number().default(1),
  beta: z.number().default(1),
  transA: z.number().int().default(0),
  transB: z.number().int().default(0),
})

type Attributes = z.output<typeof attributes>
type Context = NodeContext<Attributes, 2>

/** y = α · A · B + β · C (ONNX Gemm-13). A constant B is packed as [in, out]. */
export const gemmOperator = defineOperator({
  id: 'Gemm',
  needs: 2,
  attributes,
  layout: 'plain',
  quantization: int8Form,
  channels: 'linear',
  precision: 'half',
  parameters: { 1: 'weight', 2: 'bias' },
  outputAxis: ({ transB }) => (transB ? 0 : 1),
  transparent: true,
  floatOutput: true,
  shape: ({ node, attributes, shapes: [a, b] }) => {
    const [left, right] = [a[attributes.transA ? 0 : 1]!, b[attributes.transB ? 1 : 0]!]
    if (a.length === 2 && b.length === 2 && left === right)
      return [[a[attributes.transA ? 1 : 0]!, b[attributes.transB ? 0 : 1]!]]
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (Gemm): expected ${right} input features for weights [${b.join(', ')}], got an input of [${a.join(', ')}]`,
      { node: node.name },
    )
  },
  macs: ({ attributes, shapes: [a, b] }) => sizeOf(a) * b[attributes.transB ? 0 : 1]!,
  forward: (context) => {
    const { alpha, beta, transA } = context.attributes
    const [a, b, c] = context.inputs
    const product = matMul(a, b, transA !== 0, transposesB(context))
    const scaled = alpha === 1 ? product : mul(product, alpha)
    return [c ? add(scaled, beta === 1 ? c : mul(c, beta)) : scaled]
  },
  gradientReads: { inputs: [0, 1] },
  gradient: (context) => {
    const { alpha, beta, transA } = context.attributes
    const [a, b] = context.inputs
    const dy = context.dOutputs[0]
    const dProduct = alpha === 1 ? dy : mul(dy, alpha)
    return [
      context.wants(0) ? leftGradient(dProduct, b, transA !== 0, transposesB(context)) : undefined,
      context.wants(1) ? rightGradient(dProduct, a, transA !== 0, transposesB(context)) : undefined,
      context.wants(2) ? sumToShape(beta === 1 ? dy : mul(dy, beta), context.physicalShapes[2]!) : undefined,
    ]
  },
  pack: (context, index, parameter) => {
    const packed = index === 1 && context.attributes.transB ? transpose(parameter, [1, 0]) : parameter
    return { shape: packed.shape, data: Float32Array.from(packed.data) }
  },
  unpack: (context, index, packed) => {
    const shape = context.shapes[index]!
    if (index !== 1 || !context.attributes.transB) return tensorData('float32', shape, packed)
    return transpose(tensorData('float32', [shape[1]!, shape[0]!], packed), [1, 0])
  },
})

/** onnxruntime's QGemm knows no β and keeps α in float. */
function int8Form({ attributes: { alpha, beta, transA } }: ConstantContext<Attributes>): QuantizationRule | StaysFloat {
  if (alpha === 1 && beta === 1 && transA === 0) return 'weighted'
  return { reason: `alpha ${alpha}, beta ${beta}, transA ${transA}: expected 1, 1, 0` }
}

/** Packing has already transposed a constant B. */
const transposesB = (context: Context): boolean => context.attributes.transB !== 0 && context.constant(1) === undefined

const leftGradient = (dy: Tensor, b: Tensor, transposedA: boolean, transposedB: boolean): Tensor =>
  transposedA ? matMul(b, dy, transposedB, true) : matMul(dy, b, false, !transposedB)

const rightGradient = (dy: Tensor, a: Tensor, transposedA: boolean, transposedB: boolean): Tensor =>
  transposedB ? matMul(dy, a, true, transposedA) : matMul(a, dy, !transposedA, false)
