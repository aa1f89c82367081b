import type { Node } from './graph'

const axes: Readonly<Record<string, (node: Node) => number>> = {
  Conv: () => 0,
  ConvTranspose: () => 1,
  Gemm: (node) => (node.attributes.transB ? 0 : 1),
  MatMul: () => 1,
}

/** Axis of the output channels in the weight (input 1) of a Conv, ConvTranspose, Gemm or MatMul; undefined for other operators. */
export const outputAxis = (node: Node): number | undefined => axes[node.op]?.(node)
