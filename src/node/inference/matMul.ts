import { availableParallelism } from 'node:os'
import type { MatMul } from '../../core/quantize/adaround/moments'
import type { Graph } from '../../core/graph/graph'
import { floatTensor } from '../../core/graph/tensorData'
import { writeOnnx } from '../../core/onnx/index'
import type { InferenceThread } from './inferenceWorker'

/** With fewer columns, a loop is faster than the round trip to another thread. */
const smallest = 48

/**
 * Matrix products by onnxruntime, in an existing thread. The right factor becomes a session that lasts until it
 * changes.
 */
export function matMulIn(
  thread: InferenceThread,
  session: number,
): { readonly multiply: MatMul; close(): Promise<void> } {
  let current: Float32Array | undefined
  const close = async (): Promise<void> => {
    if (current) await thread.call('close', { session })
    current = undefined
  }
  return {
    close,
    async multiply(a, rows, b, inner, columns) {
      if (columns < smallest) return product(a, rows, b, inner, columns)
      if (b !== current) {
        await close()
        await thread.call('open', {
          session,
          model: writeOnnx(productGraph(b, inner, columns)),
          options: { threads: availableParallelism(), spinning: false },
        })
        current = b
      }
      return (await thread.call('run', { session, images: a, shape: [rows, inner] })).outputs.y!.data
    },
  }
}

const productGraph = (b: Float32Array, inner: number, columns: number): Graph => ({
  name: 'product',
  inputs: [{ name: 'x', dtype: 'float32', shape: ['rows', inner] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['rows', columns] }],
  nodes: [{ name: 'product', op: 'MatMul', inputs: ['x', 'b'], outputs: ['y'], attributes: {} }],
  initializers: new Map([['b', floatTensor([inner, columns], b)]]),
  masks: new Map(),
  qparams: new Map(),
  metadata: {},
})

function product(a: Float32Array, rows: number, b: Float32Array, inner: number, columns: number): Float32Array {
  const result = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[row * inner + k]!
      for (let column = 0; column < columns; column++)
        result[row * columns + column]! += factor * b[k * columns + column]!
    }
  }
  return result
}
