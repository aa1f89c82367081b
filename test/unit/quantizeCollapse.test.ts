import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { preprocessingPresets } from '../../src/core/data/preprocessing'
import { withModelFacts } from '../../src/core/data/modelFacts'
import type { Graph } from '../../src/core/graph/graph'
import { floatTensor } from '../../src/core/graph/tensorData'
import { writeOnnx } from '../../src/core/onnx/index'
import { guessingAccuracy, hasCollapsed } from '../../src/core/quantize/collapse'
import type { QuantizationFacts, Version } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { node } from '../helpers/oddNetwork'
import { temporaryFolder } from '../helpers/temporary'

describe('a collapse', () => {
  const fallen = {
    samples: 500,
    accuracy: 0.1,
    accuracyInterval: [0.08, 0.13],
    referenceAccuracy: 0.31,
    difference: -0.21,
    differenceInterval: [-0.25, -0.17],
    agreement: 0.1,
    divergence: 1,
  } as const

  it('is a fall to guessing', () => expect(hasCollapsed(fallen, 0.1)).toBe(true))

  it.each([
    { name: 'a network that still knows something', change: { accuracyInterval: [0.15, 0.2] as const } },
    { name: 'a network that knew no more before', change: { referenceAccuracy: 0.11 } },
    { name: 'a difference that may be chance', change: { differenceInterval: [-0.05, 0.01] as const } },
  ])('is not $name', ({ change }) => expect(hasCollapsed({ ...fallen, ...change }, 0.1)).toBe(false))

  it('is measured by the most frequent class', () => expect(guessingAccuracy(Int32Array.of(0, 1, 1, 2))).toBe(0.5))
})

/** Names the brightest color, and carries it beside a channel that is a million times as large. */
const wide: Graph = withModelFacts(
  {
    name: 'wide',
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 3] }],
    nodes: [
      node('mix', 'Conv', ['x', 'mix.w'], { kernel_shape: [1, 1] }),
      node('pool', 'GlobalAveragePool', ['mix']),
      node('flat', 'Flatten', ['pool']),
      { ...node('head', 'Gemm', ['flat', 'head.w'], { transB: 1 }), outputs: ['y'] },
    ],
    initializers: new Map([
      ['mix.w', floatTensor([4, 3, 1, 1], [1e-3, 0, 0, 0, 1e-3, 0, 0, 0, 1e-3, 1e3, 1e3, 1e3])],
      ['head.w', floatTensor([3, 4], [1e4, 0, 0, 0, 0, 1e4, 0, 0, 0, 0, 1e4, 0])],
    ]),
    masks: new Map(),
    qparams: new Map(),
    metadata: {},
  },
  { preprocessing: { ...preprocessingPresets.cifar, resize: { width: 16, height: 16 } } },
)

describe('a version whose quantization destroys it', () => {
  const folder = temporaryFolder('quantize-collapse')
  let made: QuantizationFacts & Version
  beforeAll(async () => {
    const workspace = join(folder, 'ws')
    const ask = async (...args: string[]): Promise<unknown> => {
      const { code, json, stdout } = await cli([...args, '--json'], { workspace })
      expect(code, stdout).toBe(0)
      return json
    }
    writeFileSync(join(folder, 'wide.onnx'), writeOnnx(wide))
    await ask('import', join(folder, 'wide.onnx'), '--name', 'wide')
    const perClass = { train: 8, val: 16, test: 2 }
    await ask('dataset', 'add', 'colours', await writeImageFolder(join(folder, 'images'), { perClass }))
    const options = ['--calibration-samples', '24', '--no-equalization']
    made = (await ask('quantize', 'wide', '--dataset', 'colours', '--name', 'lost', ...options)) as typeof made
  }, 240_000)

  it('bears a warning that says how far it fell, through which layer, and what to do', () => {
    expect(made.validation?.referenceAccuracy).toBeGreaterThan(0.9)
    expect(made.warnings).toContainEqual(
      expect.stringMatching(
        /^quantization drops accuracy from (9\d|100)\.\d% to 33\.3%, which is no better than guessing \(33\.3%\); layer '(mix|head)' costs most: keep it in fp32/,
      ),
    )
  })
})
