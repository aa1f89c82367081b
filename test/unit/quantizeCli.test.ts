import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/architectures/index'
import { withModelFacts } from '../../src/core/data/modelFacts'
import { preprocessingPresets } from '../../src/core/data/preprocessing'
import { floatTensor } from '../../src/core/graph/tensorData'
import type { Graph } from '../../src/core/graph/graph'
import { writeOnnx } from '../../src/core/onnx/index'
import type { QuantizationAnalysis, QuantizationFacts, QuantizationTrial } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import type { CliResult } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('quantize')
const workspace = join(folder, 'workspace')
const run = (...args: string[]): Promise<CliResult> => cli([...args, '--json'], { workspace })

async function document<T = Record<string, unknown>>(...args: string[]): Promise<T> {
  const { code, json, stderr } = await run(...args)
  expect([code, stderr.match(/error: .*/)?.[0]]).toEqual([0, undefined])
  return json as T
}

interface Quantized extends QuantizationFacts {
  readonly id: string
  readonly accuracy: number
  readonly accuracyInterval: readonly number[]
}

/** A network for 16×16 images of three classes; `change` spoils it. */
function writeModel(name: string, change: (graph: Graph) => Graph = (graph) => graph): string {
  const file = join(folder, `${name}.onnx`)
  const preprocessing = { ...preprocessingPresets.cifar, resize: { width: 16, height: 16 } }
  writeFileSync(
    file,
    writeOnnx(
      withModelFacts(change(architectures.get('tiny-cnn').build({ classes: 3, size: 16, channels: 8 }, 1)), {
        preprocessing,
      }),
    ),
  )
  return file
}

const spoiled = (graph: Graph): Graph => {
  const weight = graph.initializers.get('wide.conv.weight')
  if (!weight) throw new Error('expected wide.conv.weight')
  return {
    ...graph,
    initializers: new Map([
      ...graph.initializers,
      [
        'wide.conv.weight',
        floatTensor(
          weight.shape,
          Float32Array.from(weight.data, () => Infinity),
        ),
      ],
    ]),
  }
}

beforeAll(async () => {
  await document('dataset', 'add', 'colours', await writeImageFolder(join(folder, 'images')))
  await document('dataset', 'add', 'tests', await writeImageFolder(join(folder, 'tests'), { perClass: { test: 8 } }))
  await document('import', writeModel('tiny'), '--name', 'base')
  await document('import', writeModel('infinite', spoiled), '--name', 'infinite')
})

describe('quantize', () => {
  it('says how far the simulation is from the file, what stays in float, and what could saturate', async () => {
    const made = await document<Quantized>(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--name',
      'int8',
      '--calibration-samples',
      '32',
    )
    expect(made.accuracyInterval).toHaveLength(2)
    const same = { images: made.validation?.samples, top1Agreement: 1, largestLogitDifference: 0 }
    expect(made.simulatedAgreement).toEqual({ ...same, saturatingPairs: 0 })
    const effect = expect.objectContaining({ accuracy: made.accuracy, referenceAccuracy: made.accuracy, difference: 0 })
    expect(made.paddedAgreement).toEqual({ ...same, filled: expect.any(Number), effect })
    expect(made.trainingAgreement).toBeNull()
    expect(made.unfusedOperators).toEqual([])
    expect(made.pairsAtRisk.atRisk).toBe(0)
    expect(made.cpu.level).not.toBe('')
    expect(made.calibration).toMatchObject({ images: 32, split: 'train', strategy: 'stratified' })
    const shown = await document<{ quantization: QuantizationFacts }>('show', 'int8')
    expect(shown.quantization.simulatedAgreement).toEqual(made.simulatedAgreement)
  })

  it('climbs the ladder, with the effect of every rung', async () => {
    const made = await document<Quantized>(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--ladder',
      '--adaround',
      '--name',
      'ladder',
    )
    expect(made.rungs.map(({ rung }) => rung)).toEqual([
      'start',
      'equalization',
      'biasCorrection',
      'normReestimation',
      'adaround',
    ])
    const kept = made.rungs.filter((rung) => rung.kept).map(({ effect }) => effect.divergence)
    expect(kept).toEqual([...kept].sort((a, b) => b - a))
    expect(made.stability?.seeds).toHaveLength(3)
  })

  it('leaves out a rung on request', async () => {
    const made = await document<Quantized>(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--ladder',
      '--no-equalization',
      '--name',
      'without',
    )
    expect(made.rungs.map(({ rung }) => rung)).toEqual(['start', 'biasCorrection', 'normReestimation'])
  })

  it('keeps layers in float by name', async () => {
    const made = await document<Quantized>(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--keep-fp32',
      'stem.conv',
      '--name',
      'mixed',
    )
    expect(made.floatNodes).toContainEqual({ node: 'stem.conv', op: 'Conv', reason: 'kept in fp32 on request' })
  })

  it('leaves the first and the last layer in float where that is the policy', async () => {
    const made = await document<Quantized>(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--end-layers',
      'bothFloat',
      '--name',
      'ends',
    )
    expect(made.floatNodes.map(({ node }) => node)).toEqual(['stem.conv', 'classifier'])
  })

  it.each([
    {
      name: 'a layer that is not there',
      args: ['base', '--dataset', 'colours', '--keep-fp32', 'nowhere'],
      code: 2,
      message: /no layer 'nowhere'.*expected one of stem\.conv/,
    },
    {
      name: 'activations that are not finite',
      args: ['infinite', '--dataset', 'colours'],
      code: 1,
      message: /layer 'wide\.conv'|layer 'wide\.relu'/,
    },
    {
      name: 'no calibration images',
      args: ['base', '--dataset', 'colours', '--calibration-samples', '0'],
      code: 2,
      message: /calibrationSamples/,
    },
    {
      name: 'a dataset without training images',
      args: ['base', '--dataset', 'tests'],
      code: 1,
      message: /no train images/,
    },
    {
      name: 'a version that is int8 already',
      args: ['int8', '--dataset', 'colours'],
      code: 1,
      message: /is already int8/,
    },
    {
      name: 'a size that is none',
      args: ['base', '--dataset', 'colours', '--goal', '--max-size', 'small'],
      code: 2,
      message: /maxSize/,
    },
  ])('refuses $name', async ({ args, code, message }) => {
    const { code: got, json } = await run('quantize', ...args)
    const { error } = json as { readonly error: { readonly message: string } }
    expect(error.message).toMatch(message)
    expect(got).toBe(code)
  })
})

interface Reached extends Quantized {
  readonly trials: readonly QuantizationTrial[]
  readonly goal: { readonly met: boolean; readonly message: string }
}

describe('quantize --goal', () => {
  it('stops at the first version that meets it', async () => {
    const made = await document<Reached>(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--goal',
      '--max-drop',
      '1',
      '--max-size',
      '1MB',
      '--min-speedup',
      '0.001',
    )
    expect(made.goal.met).toBe(true)
    expect(made.trials).toHaveLength(1)
    expect(made.trials[0]).toMatchObject({ id: made.id, accuracy: made.accuracy, missed: [] })
    expect(made.trials[0]!.speedup).toBeGreaterThan(0)
  })

  it('says what came closest when none does, with its own exit code', async () => {
    const { code, json } = await run(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--goal',
      '--max-drop',
      '1',
      '--max-size',
      '1kB',
    )
    const made = json as Reached
    expect([code, made.goal.met]).toEqual([3, false])
    expect(made.goal.message).toMatch(/comes closest/)
    expect(new Set(made.trials.map(({ id }) => id)).size).toBe(made.trials.length)
    const versions = await document<readonly { readonly id: string }[]>('versions')
    for (const { id } of made.trials) expect(versions.map((version) => version.id)).toContain(id)
  }, 300_000)
})

describe('analyze', () => {
  it('lists every layer with errors, sensitivity, ranges, histograms and a hint, the worst first', async () => {
    const { layers, divergence } = await document<QuantizationAnalysis>('analyze', 'int8', '--dataset', 'colours')
    expect(layers.map(({ layer }) => layer).sort()).toEqual(['classifier', 'depthwise.conv', 'stem.conv', 'wide.conv'])
    expect(divergence).toBeGreaterThan(0)
    for (const layer of layers) {
      expect(layer.error.cosine).toBeGreaterThan(0.9)
      expect(layer.weightHistogram.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
      expect(layer.hint).not.toBe('')
    }
    const worst = layers.map(({ oneOn, oneOff }) => Math.max(oneOn, oneOff))
    expect(worst).toEqual([...worst].sort((a, b) => b - a))
    expect(layers.find(({ layer }) => layer === 'stem.conv')?.weightScales).toHaveLength(8)
  })

  it('measures an fp32 version as it would become', async () => {
    const { layers } = await document<QuantizationAnalysis>(
      'analyze',
      'base',
      '--dataset',
      'colours',
      '--activation-observer',
      'min-max',
    )
    expect(layers).toHaveLength(4)
    expect(layers.every(({ clippedShare }) => !clippedShare)).toBe(true)
  })

  it('measures again with layers in float', async () => {
    const layers = ['stem.conv', 'depthwise.conv', 'wide.conv']
    const { kept } = await document<QuantizationAnalysis>(
      'analyze',
      'int8',
      '--dataset',
      'colours',
      '--keep-fp32',
      layers.join(),
    )
    expect(kept?.layers).toEqual(layers)
    expect(kept?.after.samples).toBe(kept?.before.samples)
    expect(kept?.after.divergence).not.toBe(kept?.before.divergence)
  })
})
