import type { Graph, Node, QParams } from '../graph/graph'
import { tensorData } from '../graph/tensorData'
import type { Ramp } from '../ops/facts'
import { operatorOf } from '../ops/nodeFacts'
import { integersOf, node, parameterTensors, unquantized } from './qdqPieces'
import type { Piece } from './qdqPieces'

/** Rounding of scales may lift the top of a grid above 1 by so much. */
const roundOff = 1e-3

/**
 * The offset is lifted by this share. A ramp from 0 to 1 with offset ½ on 255 steps takes 0 to 127.5, and what rounds it decides by the last bit, which is
 * another one for each layout of the same sum.
 */
const offTheHalf = 2 ** -17

/** The ramp that a node computes, where it can be written out of integers: both its grids are uint8, and that of its output ends where the function does. */
export function integerRamp({ qparams }: Graph, source: Node): Ramp | undefined {
  const [input, output] = [qparams.get(source.inputs[0]!), qparams.get(source.outputs[0]!)]
  const ramp = operatorOf(source)?.ramp?.(source)
  if (!ramp || input?.dtype !== 'uint8' || output?.dtype !== 'uint8') return undefined
  const fits =
    ramp.slope > 0 &&
    ramp.offset > 0 &&
    output.zeroPoint[0] === output.qmin &&
    output.scale[0]! * (output.qmax - output.qmin) <= 1 + roundOff
  return fits ? ramp : undefined
}

/**
 * max(0, min(1, slope · x + offset)) is slope · (x + offset / slope), clipped. The sum x + offset / slope goes to a grid that is 1 / slope times as wide as that of the
 * output, whose ends clip it; the same integers, read on the output's own grid, are the result. `read` names the dequantized input.
 */
export function integerGate({ qparams }: Graph, source: Node, { slope, offset }: Ramp, read: string): Piece {
  const [base, output] = [source.name, source.outputs[0]!]
  const grid = qparams.get(output) as QParams
  const wide: QParams = { ...grid, scale: grid.scale.map((scale) => scale / slope) }
  const shifted: QParams = {
    ...grid,
    scale: Float32Array.of(((1 + offTheHalf) * offset) / slope / (grid.qmax - grid.qmin)),
  }
  const [shift, sum] = [`${base}/shift`, `${base}/sum`]
  const parameters = (name: string): readonly string[] => [`${name}/scale`, `${name}/zero_point`]
  return {
    nodes: [
      node('DequantizeLinear', shift, [integersOf(shift), ...parameters(shift)], shift),
      { name: `${base}/Add`, op: 'Add', inputs: [read, shift], outputs: [unquantized(sum)], attributes: {} },
      node('QuantizeLinear', sum, [unquantized(sum), ...parameters(sum)], integersOf(sum)),
      node('DequantizeLinear', output, [integersOf(sum), ...parameters(output)], output),
    ],
    initializers: new Map([
      [integersOf(shift), tensorData(grid.dtype, [], Int32Array.of(grid.qmax))],
      ...parameterTensors(shift, shifted),
      ...parameterTensors(sum, wide),
      ...parameterTensors(output, grid),
    ]),
  }
}
