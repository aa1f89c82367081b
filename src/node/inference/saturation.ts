import { NNOptError } from '../../shared/errors'
import type { Graph, Node, QParams } from '../../core/graph/graph'
import { floatTensor } from '../../core/graph/tensorData'
import { writeOnnx } from '../../core/onnx/index'
import { convert } from '../../core/deploy/convert'
import { createInferenceWorker } from './inferenceWorker'
import type { SessionOptions } from './messages'

/** Wide enough for the vector kernels of every instruction set. */
const channels = 64
const size = 4

const weightInteger = 127
const activationInteger = 255
/** 64 products of 255 · 127 in one sum. */
const exactSum = channels * activationInteger * weightInteger

export interface SaturationProbe {
  /** Whether u8×s8 products saturate at 16 bits on this CPU with this onnxruntime. */
  readonly saturates: boolean
  /** Computed sum divided by exact sum: 1 without saturation. */
  readonly ratio: number
}

/**
 * Runs a 1×1 convolution whose pairs of products exceed 16 bits: 2 · 255 · 127 > 32767. Without VNNI, vpmaddubsw
 * saturates them. This depends on the kernel that onnxruntime chooses, not on the instruction set's name: hence a
 * probe.
 */
export async function probeSaturation(options: Partial<SessionOptions> = {}): Promise<SaturationProbe> {
  const worker = await createInferenceWorker(writeOnnx(convert(probeGraph()).graph), { threads: 1, ...options })
  try {
    const images = new Float32Array(channels * size * size).fill(activationInteger)
    const { outputs } = await worker.run(images, [1, channels, size, size])
    const sum = outputs.y?.data[0]
    if (sum === undefined) throw new NNOptError('internal', 'saturation probe: expected an output y')
    const ratio = sum / exactSum
    return { saturates: ratio < 0.99, ratio }
  } finally {
    await worker.close()
  }
}

const parameters = (dtype: QParams['dtype'], scale: number): QParams => ({
  dtype,
  scale: Float32Array.of(scale),
  zeroPoint: Int32Array.of(0),
  qmin: dtype === 'int8' ? -128 : 0,
  qmax: dtype === 'int8' ? 127 : 255,
})

function probeGraph(): Graph {
  const conv: Node = {
    name: 'conv',
    op: 'Conv',
    inputs: ['x', 'w'],
    outputs: ['y'],
    attributes: { kernel_shape: [1, 1] },
  }
  const shape = ['batch', channels, size, size]
  return {
    name: 'saturation probe',
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs: [{ name: 'y', dtype: 'float32', shape }],
    nodes: [conv],
    initializers: new Map([
      ['w', floatTensor([channels, channels, 1, 1], new Float32Array(channels * channels).fill(weightInteger))],
    ]),
    masks: new Map(),
    // The exact sum is the top of the output grid, so nothing but the products can saturate.
    qparams: new Map([
      ['x', parameters('uint8', 1)],
      ['w', parameters('int8', 1)],
      ['y', parameters('uint8', exactSum / activationInteger)],
    ]),
    metadata: {},
  }
}
