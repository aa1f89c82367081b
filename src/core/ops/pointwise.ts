import type { Tensor } from '@tensorflow/tfjs-core'
import { z } from 'zod'
import { defineOperator } from './operator'
import type { OperatorFacts, QuantizationRule } from './facts'
import type { Operator, PrecisionRule } from './operator'

interface Pointwise<A> {
  readonly id: string
  readonly attributes?: z.ZodType<A>
  readonly quantization: QuantizationRule
  readonly precision?: PrecisionRule
  readonly homogeneous?: boolean
  ramp?: OperatorFacts<A>['ramp']
  scalar?: OperatorFacts<A>['scalar']
  expanded?: OperatorFacts<A>['expanded']
  forward(x: Tensor, attributes: A): Tensor
  /** dL/dx from dL/dy and whichever of x and y `reads` names. */
  gradient(dy: Tensor, value: Tensor, attributes: A): Tensor
  readonly reads: 'input' | 'output'
}

/** An activation: an operator of one tensor that maps every element by itself. */
export function definePointwise<A = unknown>({
  id,
  attributes,
  quantization,
  precision = 'float',
  forward,
  gradient,
  reads,
  ...facts
}: Pointwise<A>): Operator {
  return defineOperator<A>({
    id,
    attributes: attributes ?? (z.object({}) as z.ZodType as z.ZodType<A>),
    layout: 'follow',
    quantization,
    channels: 'same',
    transparent: true,
    follower: true,
    ...facts,
    precision,
    shape: ({ shapes }) => [shapes[0]],
    forward: (context) => [forward(context.inputs[0], context.attributes)],
    gradientReads: reads === 'input' ? { inputs: [0] } : { outputs: [0] },
    gradient: (context) => [
      gradient(
        context.dOutputs[0],
        (reads === 'input' ? context.inputs[0] : context.outputs[0]) as Tensor,
        context.attributes,
      ),
    ],
  })
}
