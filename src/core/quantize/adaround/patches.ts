import { resolveWindow } from '../../ops/spatial'
import type { Window, WindowAttributes } from '../../ops/spatial'
import { groupsOf, isConvolution, operatorOf } from '../../ops/nodeFacts'
import type { Node } from '../../graph/graph'
import { atLeast } from '../../../shared/atLeast'

/** Output positions of one image, spread evenly. */
function positionsOf(plane: number, wanted: number): readonly number[] {
  const count = Math.min(plane, wanted)
  return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * plane) / count))
}

interface Block {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** Cuts rows out of the input of a layer, one list of numbers a group, in the order of the weight's numbers behind one output. */
export function inputRows(
  node: Node,
  weightShape: readonly number[],
  { data, shape }: Block,
  wanted: number,
): readonly Float32Array[] {
  if (!isConvolution(node)) return [data]
  const [, inner, ...kernel] = atLeast(2, weightShape)
  const groups = groupsOf(node)
  const window = resolveWindow(node, operatorOf(node)?.parse(node) as WindowAttributes, shape, kernel)
  const positions = positionsOf(window.output[0] * window.output[1], wanted)
  const fanIn = inner * kernel[0]! * kernel[1]!
  return Array.from({ length: groups }, (_, group) => {
    const rows = new Float32Array(shape[0]! * positions.length * fanIn)
    let at = 0
    for (let image = 0; image < shape[0]!; image++) {
      for (const position of positions)
        at = copyPatch({ data, shape }, window, image, group * inner, inner, position, rows, at)
    }
    return rows
  })
}

function copyPatch(
  { data, shape }: Block,
  { kernel, strides, dilations, pads, output }: Window,
  image: number,
  first: number,
  inner: number,
  position: number,
  rows: Float32Array,
  start: number,
): number {
  const [top, left] = [
    Math.floor(position / output[1]) * strides[0] - pads[0],
    (position % output[1]) * strides[1] - pads[1],
  ]
  const [, channels, height, width] = atLeast(4, shape)
  let at = start
  for (let channel = first; channel < first + inner; channel++) {
    const plane = (image * channels + channel) * height * width
    for (let row = 0; row < kernel[0]; row++) {
      const y = top + row * dilations[0]
      for (let column = 0; column < kernel[1]; column++, at++) {
        const x = left + column * dilations[1]
        rows[at] = y >= 0 && y < height && x >= 0 && x < width ? data[plane + y * width + x]! : 0
      }
    }
  }
  return at
}

/** The same positions of the output [N, C, …] as rows of channels. */
export function outputRows({ data, shape }: Block, wanted: number): Float32Array {
  const [samples, channels] = atLeast(2, shape)
  const plane = data.length / (samples * channels)
  const positions = positionsOf(plane, wanted)
  const rows = new Float32Array(samples * positions.length * channels)
  let at = 0
  for (let image = 0; image < samples; image++) {
    for (const position of positions) {
      for (let channel = 0; channel < channels; channel++)
        rows[at++] = data[(image * channels + channel) * plane + position]!
    }
  }
  return rows
}
