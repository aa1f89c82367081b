import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { codeSamples } from '../../src/core/codeSamples'
import type { SampleFacts } from '../../src/core/codeSamples/codeSample'
import { preprocess } from '../../src/core/data/preprocess'
import { preprocessingOf, classesOf } from '../../src/core/data/modelFacts'
import { preprocessingPresets } from '../../src/core/data/preprocessing'
import { imageInput } from '../../src/core/graph/graph'
import { readOnnx } from '../../src/core/onnx'
import { readFileSync } from 'node:fs'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { temporaryFolder } from '../helpers/temporary'

const root = join(import.meta.dirname, '..', '..')
const baseline = join(root, 'resources', 'baseline', 'model.onnx')
const folder = temporaryFolder('code-samples')
const python = process.env.PYTHON ?? 'python3'
const hasPython = spawnSync(python, ['-c', 'import numpy, onnxruntime, PIL']).status === 0
/** Headers and library of onnxruntime for C++. */
const native = process.env.ONNXRUNTIME
const hasNative = native !== undefined && existsSync(join(native, 'include', 'onnxruntime_cxx_api.h'))

const graph = readOnnx(readFileSync(baseline), { fileName: 'model.onnx' })
const preprocessing = preprocessingOf(graph) ?? preprocessingPresets.cifar
const facts: SampleFacts = {
  modelFile: 'model.onnx',
  inputName: imageInput(graph).name,
  width: 32,
  height: 32,
  preprocessing,
  classes: classesOf(graph) ?? [],
}

/** A picture of the model's own size, so that every program sees the same pixels, and what the engine makes of it. */
async function prepare() {
  mkdirSync(folder, { recursive: true })
  copyFileSync(baseline, join(folder, 'model.onnx'))
  const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, index) => (index * 7919 + (index % 3) * 60) % 256)
  await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toFile(join(folder, 'picture.png'))
  writeFileSync(join(folder, 'picture.ppm'), Buffer.concat([Buffer.from('P6\n32 32\n255\n'), pixels]))
  const input = new Float32Array(3 * 32 * 32)
  preprocess({ width: 32, height: 32, data: pixels }, preprocessing, input, 0, 'nchw')
  const session = await InferenceSession.create(baseline)
  const scores = [
    ...((await session.run({ [facts.inputName]: new Tensor('float32', input, [1, 3, 32, 32]) }))[
      session.outputNames[0]!
    ]!.data as Float32Array),
  ]
  const exponentials = scores.map((score) => Math.exp(score - Math.max(...scores)))
  const sum = exponentials.reduce((total, value) => total + value, 0)
  return scores
    .map((_, index) => ({ name: facts.classes[index], share: exponentials[index]! / sum }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 5)
}

const expected = await prepare()

function write(id: string): string {
  const sample = codeSamples.get(id)
  writeFileSync(join(folder, sample.fileName), sample.code(facts))
  return sample.fileName
}

function expectAnswer(output: string): void {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  expect(lines.map(([, name]) => name)).toEqual(expected.map(({ name }) => name))
  lines.forEach(([share], index) => expect(Math.abs(Number(share) - expected[index]!.share)).toBeLessThan(2e-4))
}

const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8' })

describe('a program for a model gives what the engine gives', () => {
  it('in JavaScript', () => {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    expectAnswer(run(process.execPath, [write('javascript'), 'picture.png']))
  })

  it.skipIf(!hasPython)('in Python (needs numpy, onnxruntime and pillow; $PYTHON names another one)', () => {
    expectAnswer(run(python, [write('python'), 'picture.png']))
  })

  it.skipIf(!hasNative)('in C++ (needs g++ and $ONNXRUNTIME with include and lib)', () => {
    run('g++', [
      '-std=c++17',
      '-O1',
      write('cpp'),
      '-I',
      join(native ?? '', 'include'),
      '-L',
      join(native ?? '', 'lib'),
      `-Wl,-rpath,${join(native ?? '', 'lib')}`,
      '-lonnxruntime',
      '-o',
      'classify',
    ])
    expectAnswer(run('./classify', ['picture.ppm']))
  })
})

describe('the text of a program', () => {
  const imagenet: SampleFacts = {
    ...facts,
    width: 224,
    height: 224,
    preprocessing: preprocessingPresets.imagenet,
    classes: ['a "quoted"', 'naïve', 'back\\slash'],
  }

  it.each(codeSamples.ids)('in %s carries size, statistics and classes, escaped', (id) => {
    const text = codeSamples.get(id).code(imagenet)
    for (const part of ['224', '0.485', '0.229', 'a \\"quoted\\"', 'na\\u00efve', 'back\\\\slash'])
      expect(text).toContain(part)
    expect(text).not.toContain('undefined')
  })
})
