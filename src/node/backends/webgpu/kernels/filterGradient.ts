import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { KernelCall, ShaderProgram, WebgpuKernel } from './kernel'
import { integers, sizeOf } from './kernel'
import { sumRows } from './sumRows'

const workgroupSize = 64
/** Enough invocations to keep a large device busy: filters have few elements, so the positions are divided too. */
const wantedInvocations = 65_536
/** Minimum number of products per invocation. */
const leastPositions = 32

const uniforms =
  'sizes : vec4<i32>, outSizes : vec4<i32>, filterSizes : vec4<i32>, strides : vec2<i32>, pads : vec2<i32>, positionsEach : i32, count : i32,'

/** Sum of x · dy over a share of the positions, for one filter element; `channels` selects the channels of x and dy. */
const code = (channels: string): string => `
  fn main(index : i32) {
    if (index >= uniforms.count) { return; }
    let elements = uniforms.filterSizes.x * uniforms.filterSizes.y * uniforms.filterSizes.z * uniforms.filterSizes.w;
    let share = index / elements;
    var rest = index % elements;
    let last = rest % uniforms.filterSizes.w;
    rest = rest / uniforms.filterSizes.w;
    let input = rest % uniforms.filterSizes.z;
    rest = rest / uniforms.filterSizes.z;
    let tap = vec2<i32>(rest / uniforms.filterSizes.y, rest % uniforms.filterSizes.y);
    ${channels}
    let area = uniforms.outSizes.y * uniforms.outSizes.z;
    let end = min(uniforms.outSizes.x * area, (share + 1) * uniforms.positionsEach);
    var total = 0.0;
    for (var position = share * uniforms.positionsEach; position < end; position = position + 1) {
      let image = position / area;
      let place = vec2<i32>((position % area) / uniforms.outSizes.z, position % uniforms.outSizes.z);
      let source = place * uniforms.strides + tap - uniforms.pads;
      if (all(source >= vec2<i32>(0)) && all(source < uniforms.sizes.yz)) {
        let xAt = ((image * uniforms.sizes.y + source.x) * uniforms.sizes.z + source.y) * uniforms.sizes.w + xChannel;
        total = total + x[xAt] * dy[position * uniforms.outSizes.w + dyChannel];
      }
    }
    setOutputAtIndex(index, total);
  }
`

const channelCode = {
  conv2d: 'let xChannel = input; let dyChannel = last;',
  depthwise: 'let xChannel = input; let dyChannel = input * uniforms.filterSizes.w + last;',
} as const

function filterGradient(
  kind: keyof typeof channelCode,
  { inputs: { x, dy }, attributes, backend }: KernelCall,
): TensorInfo {
  const filterShape = integers(attributes, 'filterShape')
  const elements = sizeOf(filterShape)
  const positions = sizeOf(dy.shape.slice(0, 3))
  const shares = Math.max(1, Math.min(Math.ceil(wantedInvocations / elements), Math.ceil(positions / leastPositions)))
  const [top, left] = integers(attributes, 'pads')
  const count = shares * elements
  const program: ShaderProgram = {
    outputShape: [shares, elements],
    variableNames: ['x', 'dy'],
    uniforms,
    workgroupSize: [workgroupSize, 1, 1],
    dispatchLayout: { x: [0, 1] },
    dispatch: [Math.ceil(count / workgroupSize), 1, 1],
    shaderKey: `nnoptFilterGradient_${kind}`,
    getUserCode: () => code(channelCode[kind]),
  }
  const partial = backend.runWebGPUProgram(program, [x, dy], 'float32', [
    { type: 'int32', data: [...x.shape] },
    { type: 'int32', data: [...dy.shape] },
    { type: 'int32', data: filterShape },
    { type: 'int32', data: integers(attributes, 'strides') },
    { type: 'int32', data: [top!, left!] },
    { type: 'int32', data: [Math.ceil(positions / shares)] },
    { type: 'int32', data: [count] },
  ])
  const sum = sumRows(backend, partial)
  backend.disposeData(partial.dataId)
  return { ...sum, shape: filterShape }
}

/** x [n, h, w, c], dy [n, oh, ow, o] → [kh, kw, c, o]. */
export const conv2dFilterGradient: WebgpuKernel = (call) => filterGradient('conv2d', call)

/** x [n, h, w, c], dy [n, oh, ow, c · m] → [kh, kw, c, m]. */
export const depthwiseConv2dFilterGradient: WebgpuKernel = (call) => filterGradient('depthwise', call)
