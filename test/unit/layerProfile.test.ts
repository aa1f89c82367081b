import { describe, expect, it } from 'vitest'
import { histogramOf, sparsityPicture } from '../../src/core/layers/pictures'
import { adviceOf } from '../../src/core/layers/advice'
import { timesOfLayers, timesOfOperators } from '../../src/core/layers/profile'
import type { KernelRun } from '../../src/core/layers/profile'
import { architectures } from '../../src/core/architectures/index'

const layers = [
  { name: '/a/Conv', nodes: ['/a/Conv', '/a/Clip'], output: '/a/Clip_output_0' },
  { name: '/b/Conv', nodes: ['/b/Conv'], output: '/b/Conv_output_0' },
]
const outputs = (node: string): readonly string[] => [`${node}_output_0`]

describe('the times of kernels', () => {
  it('belong to the layer whose node or value names the kernel', () => {
    const run = [
      { node: '/a/Clip_output_0_nchwc_kernel_time', op: 'Conv', ms: 2 },
      { node: '/b/Conv_token_4_kernel_time', op: 'QLinearConv', ms: 1 },
      { node: 'Transpose_kernel_time', op: 'Transpose', ms: 0.5 },
    ]
    const slow = run.map((kernel) => ({ ...kernel, ms: kernel.ms * 3 }))
    expect(timesOfLayers(layers, outputs, [run, slow, run])).toEqual({
      layers: [
        { name: '/a/Conv', ms: 2, kernel: 'Conv' },
        { name: '/b/Conv', ms: 1, kernel: 'QLinearConv' },
      ],
      otherMs: 0.5,
    })
  })

  it('are added up where one layer has several kernels', () => {
    const run = [
      { node: '/a/Conv_kernel_time', op: 'Conv', ms: 2 },
      { node: '/a/Clip_kernel_time', op: 'Clip', ms: 1 },
    ]
    expect(timesOfLayers(layers, outputs, [run]).layers).toEqual([{ name: '/a/Conv', ms: 3, kernel: 'Clip' }])
  })
})

describe('pictures of weights', () => {
  it('count every number once', () => {
    expect(histogramOf([0, 0.5, 1, 1], 2)).toEqual({ low: 0, high: 1, counts: [1, 3] })
    expect(histogramOf([2, 2], 8)).toEqual({ low: 2, high: 2, counts: [2] })
  })

  it('show the share of zeros in every cell', () => {
    expect(sparsityPicture([Float32Array.of(0, 1), Float32Array.of(0, 0)])).toEqual({
      rows: 2,
      columns: 2,
      shares: [1, 0, 1, 1],
    })
    const wide = sparsityPicture([new Float32Array(1000)])
    expect([wide.rows, wide.columns]).toEqual([1, 192])
    expect(new Set(wide.shares)).toEqual(new Set([1]))
  })
})

describe('advice from where the time goes', () => {
  const graph = architectures.get('tiny-cnn').build({ channels: 5, size: 16, classes: 3 }, 0)
  const quantized = {
    isQuantized: true,
    unfused: [
      { name: 'act', op: 'HardSwish' },
      { name: 'act2', op: 'HardSwish' },
      { name: 'q', op: 'QuantizeLinear' },
    ],
  }

  it('names kernels that stay in float, with their share, and conversions around them', () => {
    const operators = [
      { op: 'QLinearConv', calls: 10, ms: 6 },
      { op: 'HardSwish', calls: 2, ms: 3 },
      { op: 'QuantizeLinear', calls: 3, ms: 1 },
    ]
    const [first, second] = adviceOf(graph, { ...quantized, operators })
    expect(first).toMatch(/^HardSwish \(2 times\) runs in fp32 and takes 30% of the time/)
    expect(second).toMatch(/^10% of the time is spent converting/)
  })

  it('points at odd widths, and says nothing where nothing is to win', () => {
    const even = architectures.get('tiny-cnn').build({ channels: 16, size: 16, classes: 3 }, 0)
    const operators = [{ op: 'Conv', calls: 3, ms: 1 }]
    for (const isQuantized of [false, true])
      expect(adviceOf(graph, { operators, unfused: [], isQuantized })[0]).toMatch(
        /channel counts that do not fill vectors of 8/,
      )
    expect(
      adviceOf(even, { operators: [{ op: 'QLinearConv', calls: 3, ms: 1 }], unfused: [], isQuantized: true }),
    ).toEqual([])
  })

  it('sums kernels up by operator, in the middle of the runs', () => {
    const run = (ms: number): readonly KernelRun[] => [
      { node: 'a', op: 'Conv', ms },
      { node: 'b', op: 'Conv', ms: 1 },
      { node: 'c', op: 'Add', ms: 0.5 },
    ]
    expect(timesOfOperators([run(1), run(9), run(2)])).toEqual([
      { op: 'Conv', calls: 2, ms: 3 },
      { op: 'Add', calls: 1, ms: 0.5 },
    ])
  })
})
