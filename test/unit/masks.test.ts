import { describe, expect, it } from 'vitest'
import { maskReport, withMasksApplied } from '../../src/core/graph/masks'
import type { Graph } from '../../src/core/graph/graph'
import { floatTensor } from '../../src/core/graph/tensorData'
import type { TensorData } from '../../src/core/graph/tensorData'
import { architectures } from '../../src/core/architectures/index'
import { trainingState, withTrainingState } from '../../src/node/jobs/work/versions/trainingState'

const weight = 'wide.conv.weight'
const model = (): Graph => architectures.get('tiny-cnn').build({ classes: 3, size: 8, channels: 4 }, 5)
const maskOf = ({ data }: TensorData): Uint8Array => Uint8Array.from(data, (_, index) => Number(index % 3 > 0))
const masked = (graph: Graph): Graph => ({
  ...graph,
  masks: new Map([[weight, maskOf(graph.initializers.get(weight) as TensorData)]]),
})

describe('masks of a written model', () => {
  it('are refused where a masked weight is not zero, naming it', () => {
    expect(() => maskReport(masked(model()))).toThrow(
      expect.objectContaining({
        code: 'internal',
        message: expect.stringContaining(`weight '${weight}': expected zero at`),
      }),
    )
  })

  it('are counted apart from other zeros', () => {
    const graph = withMasksApplied(masked(model()))
    const { shape, data } = graph.initializers.get(weight) as TensorData
    const withZero = {
      ...graph,
      initializers: new Map([
        ...graph.initializers,
        [
          weight,
          floatTensor(
            shape,
            Float32Array.from(data, (value, index) => (index === 1 ? 0 : value)),
          ),
        ],
      ]),
    }
    expect(maskReport(withZero)).toEqual({ masked: Math.ceil(data.length / 3), otherZeros: 1, total: data.length })
  })

  it('come back from the training state, with weights and quantization parameters', () => {
    const qparams = {
      dtype: 'int8',
      qmin: -127,
      qmax: 127,
      scale: Float32Array.of(0.5, 2),
      zeroPoint: Int32Array.of(0, 0),
      axis: 0,
    } as const
    const graph = { ...withMasksApplied(masked(model())), qparams: new Map([['classifier.weight', qparams]]) }
    const plain = architectures.get('tiny-cnn').build({ classes: 3, size: 8, channels: 4 }, 6)
    const restored = withTrainingState(plain, trainingState(graph), 'training.safetensors')
    expect(restored.masks).toEqual(graph.masks)
    expect(restored.qparams).toEqual(graph.qparams)
    expect(restored.initializers.get(weight)?.data).toEqual(graph.initializers.get(weight)?.data)
  })
})
