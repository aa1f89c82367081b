import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { ShaderProgram, WebgpuKernel, WebgpuKernelBackend } from './kernel'
import { sizeOf } from './kernel'

const workgroupSize = 64
/** Rows summed by one invocation. More rows take several rounds, so that rounding errors grow logarithmically. */
const rowsEach = 64

const code = `
  fn main(index : i32) {
    if (index >= uniforms.count) { return; }
    let column = index % uniforms.columns;
    let first = (index / uniforms.columns) * ${rowsEach};
    let end = min(uniforms.rows, first + ${rowsEach});
    var total = 0.0;
    for (var row = first; row < end; row = row + 1) {
      total = total + x[row * uniforms.columns + column];
    }
    setOutputAtIndex(index, total);
  }
`

/** Column sums of a tensor viewed as [rows, last axis] → [last axis]. */
export function sumRows(backend: WebgpuKernelBackend, x: TensorInfo): TensorInfo {
  const columns = x.shape[x.shape.length - 1]!
  const rows = sizeOf(x.shape) / columns
  const sums = Math.ceil(rows / rowsEach)
  const count = sums * columns
  const program: ShaderProgram = {
    outputShape: [sums, columns],
    variableNames: ['x'],
    uniforms: 'rows : i32, columns : i32, count : i32,',
    workgroupSize: [workgroupSize, 1, 1],
    dispatchLayout: { x: [0, 1] },
    dispatch: [Math.ceil(count / workgroupSize), 1, 1],
    shaderKey: 'nnoptSumRows',
    getUserCode: () => code,
  }
  const partial = backend.runWebGPUProgram(
    program,
    [x],
    'float32',
    [rows, columns, count].map((value) => ({ type: 'int32', data: [value] })),
  )
  if (sums === 1) return { ...partial, shape: [columns] }
  const total = sumRows(backend, partial)
  backend.disposeData(partial.dataId)
  return total
}

/** Bias gradient along the last axis: dy [.., c] → [c]. */
export const biasGradient: WebgpuKernel = ({ inputs: { dy }, backend }) => sumRows(backend, dy)
