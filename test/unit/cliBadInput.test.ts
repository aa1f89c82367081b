import { atLeast } from '../../src/shared/atLeast'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { architectures } from '../../src/core/architectures'
import type { Graph } from '../../src/core/graph/graph'
import { writeOnnx } from '../../src/core/onnx'
import { modelType } from '../../src/core/onnx/proto'
import type { ModelProto } from '../../src/core/onnx/proto'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('bad-input')
const workspace = join(folder, 'workspace')
const file = (name: string): string => join(folder, name)
const tiny = architectures.get('tiny-cnn').build({ classes: 3, size: 16, channels: 4 }, 0)

const write = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(file(name), bytes)
  return file(name)
}

const withFirstNode = (change: Partial<Graph['nodes'][number]>): Graph => ({
  ...tiny,
  nodes: tiny.nodes.map((node, index) => (index === 0 ? { ...node, ...change } : node)),
})

/** The first weight in a file beside the model. */
function externalModel(location: string): Uint8Array {
  const model = modelType.toObject(modelType.decode(writeOnnx(tiny))) as ModelProto
  const [first, ...rest] = atLeast(1, model.graph?.initializer ?? [])
  const { rawData: _raw, ...described } = first
  const moved = { ...described, dataLocation: 1, externalData: [{ key: 'location', value: location }] }
  return modelType
    .encode(modelType.fromObject({ ...model, graph: { ...model.graph, initializer: [moved, ...rest] } }))
    .finish()
}

interface Case {
  readonly what: string
  readonly make: () => readonly string[]
  readonly says: RegExp
}

/** Runs a call that has to fail: one sentence, an exit code, and a workspace as it was. */
async function expectRefusal(args: readonly string[], says: RegExp): Promise<void> {
  const before = contents()
  const { code, json, stderr } = await cli([...args, '--json'], { workspace })
  const { error } = json as { error: { code: string; message: string } }
  expect(error.message).toMatch(says)
  expect(error.message).not.toMatch(/\n/)
  expect(error.code).not.toBe('internal')
  expect(code).toBe(1)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(contents()).toEqual(before)
}

const contents = (): readonly string[] =>
  ['versions', 'datasets', '.trash'].flatMap((name) =>
    existsSync(join(workspace, name)) ? readdirSync(join(workspace, name)) : [],
  )

beforeAll(async () => {
  await writeImageFolder(file('images'))
  await cli(['dataset', 'add', 'colours', file('images')], { workspace })
  writeTinyModel(file('tiny.onnx'))
  await cli(['import', file('tiny.onnx'), '--name', 'tiny'], { workspace })
})

describe('a model that cannot be imported', () => {
  const importOf = (path: string): readonly string[] => ['import', path, '--name', 'bad']
  const cases: readonly Case[] = [
    {
      what: 'is not there',
      make: () => importOf(file('missing.onnx')),
      says: /missing\.onnx' cannot be read: expected an ONNX file/,
    },
    {
      what: 'is not an ONNX file',
      make: () => importOf(write('text.onnx', 'hello, this is text')),
      says: /text\.onnx.*not an ONNX/,
    },
    {
      what: 'is empty',
      make: () => importOf(write('empty.onnx', '')),
      says: /empty\.onnx' is empty: expected an ONNX model/,
    },
    {
      what: 'is truncated',
      make: () => importOf(write('cut.onnx', writeOnnx(tiny).slice(0, 4000))),
      says: /cut\.onnx.*(truncated|cut short)/,
    },
    {
      what: 'has an unsupported operator',
      make: () => importOf(write('op.onnx', writeOnnx(withFirstNode({ op: 'Frobnicate', name: 'strange/node' })))),
      says: /op\.onnx.*'strange\/node'.*Frobnicate/,
    },
    {
      what: 'keeps weights in a file that is missing',
      make: () => importOf(write('external.onnx', externalModel('weights.bin'))),
      says: /external\.onnx.*weights\.bin.*missing/,
    },
    {
      what: 'names weights outside its folder',
      make: () => importOf(write('outside.onnx', externalModel('../../etc/hostname'))),
      says: /outside\.onnx.*outside its folder/,
    },
    {
      what: 'has an input of another rank',
      make: () =>
        importOf(write('rank.onnx', writeOnnx({ ...tiny, inputs: [{ ...tiny.inputs[0]!, shape: ['batch', 3, 16] }] }))),
      says: /rank\.onnx.*expected.*4|rank\.onnx.*\[N, ?3, ?H, ?W\]/,
    },
    {
      what: 'has another number of classes than names given',
      make: () => [...importOf(file('tiny.onnx')), '--classes', write('names.txt', 'a\nb\n')],
      says: /outputs 3 scores per image: expected 3 class names, got 2/,
    },
    {
      what: 'comes with a class twice',
      make: () => [...importOf(file('tiny.onnx')), '--classes', write('twice.txt', 'a\nb\na\n')],
      says: /twice\.txt': class 'a' is listed twice/,
    },
    {
      what: 'comes with an unknown preprocessing',
      make: () => [...importOf(file('tiny.onnx')), '--preprocess', 'imagnet'],
      says: /expected imagenet, cifar or a JSON file/,
    },
    {
      what: 'comes with a preprocessing of another size',
      make: () => [...importOf(file('tiny.onnx')), '--preprocess', 'imagenet'],
      says: /expected images of 16×16.*produces 224×224/,
    },
    {
      what: 'comes with a preprocessing without std',
      make: () => [...importOf(file('tiny.onnx')), '--preprocess', write('no-std.json', '{"mean":[0,0,0]}')],
      says: /no-std\.json': field 'std'/,
    },
  ]
  it.each(cases)('$what', ({ make, says }) => expectRefusal(make(), says))
})

describe('a dataset that cannot be used', () => {
  const add = (path: string): readonly string[] => ['dataset', 'add', 'bad', path]
  const cases: readonly Case[] = [
    { what: 'is not there', make: () => add(file('no-such-folder')), says: /no-such-folder/ },
    {
      what: 'is an empty folder',
      make: () => (mkdirSync(file('empty')), add(file('empty'))),
      says: /empty'.*no image/,
    },
    {
      what: 'has a class with no image',
      make: () => (mkdirSync(file('images/train/violet')), mkdirSync(file('images/test/violet')), add(file('images'))),
      says: /violet/,
    },
    {
      what: 'has a name that is taken',
      make: () => ['dataset', 'add', 'colours', file('images')],
      says: /dataset 'colours' already exists/,
    },
    { what: 'is a text file', make: () => add(write('notes.txt', 'hello')), says: /notes\.txt/ },
  ]
  it.each(cases)('$what', ({ make, says }) => expectRefusal(make(), says))

  it('with an unreadable image: named, counted and left out', async () => {
    const images = await writeImageFolder(file('damaged'), { perClass: { train: 12, test: 4 } })
    writeFileSync(join(images, 'test', 'red', '2.png'), 'not a png')
    const { code, json } = await cli(['dataset', 'add', 'damaged', images, '--json'], { workspace })
    expect(code).toBe(0)
    expect(json).toMatchObject({
      counts: { test: 11 },
      problems: [{ path: expect.stringContaining('test/red/2.png'), reason: expect.stringMatching(/./) }],
    })
  })

  it('has other classes than the model', async () => {
    await writeImageFolder(file('fruit'), { classes: ['apple', 'green', 'pear'], perClass: { train: 12, test: 4 } })
    await cli(['dataset', 'add', 'fruit', file('fruit')], { workspace })
    await cli(
      ['import', file('tiny.onnx'), '--name', 'named', '--classes', write('colours.txt', 'red\ngreen\nblue\n')],
      { workspace },
    )
    const says =
      /dataset 'fruit' and model 'named' have different classes: only in the dataset: apple, pear; only in the model: red, blue; expected the same 3 names/
    await expectRefusal(['evaluate', 'named', '--dataset', 'fruit'], says)
    await expectRefusal(['quantize', 'named', '--dataset', 'fruit', '--mode', 'ptq'], says)
    await expectRefusal(['train', '--from', 'named', '--dataset', 'fruit'], says)
  })
})

describe('a version that cannot be worked on', () => {
  it('is int8 already', async () => {
    await cli(
      ['quantize', 'tiny', '--dataset', 'colours', '--mode', 'ptq', '--calibration-samples', '8', '--name', 'small'],
      { workspace },
    )
    await expectRefusal(
      ['quantize', 'small', '--dataset', 'colours', '--mode', 'ptq'],
      /version 'small' is already int8: expected an fp32 version/,
    )
    await expectRefusal(
      ['train', '--from', 'small', '--dataset', 'colours'],
      /version 'small' is int8 and cannot be trained/,
    )
  })

  it('guesses near chance: a warning says what to look at', async () => {
    // Untrained, it is right about two of the classes: names in another order make it wrong.
    await cli(
      ['import', file('tiny.onnx'), '--name', 'shifted', '--classes', write('shifted.txt', 'green\nred\nblue\n')],
      { workspace },
    )
    const { json } = await cli(['evaluate', 'shifted', '--dataset', 'colours', '--json'], { workspace })
    const { accuracy, warnings } = json as { accuracy: number; warnings: readonly string[] }
    expect(accuracy).toBeLessThan(0.5)
    expect(warnings.join(' ')).toMatch(/near chance \(33\.3%\): check the preprocessing/)
  })
})
