import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { modelType } from '../../src/core/onnx/proto'
import type { ModelProto } from '../../src/core/onnx/proto'
import { extensionsMarkdown } from '../../src/cli/extensionsText'
import { readCatalog } from '../../src/node/catalog'
import { extensionForms } from '../../src/renderer/components/extensionForms'
import { everyFieldOf } from '../../src/renderer/components/schemaFields'
import type { Field } from '../../src/renderer/components/schemaFields'
import { referencesBefore, withStep } from '../../src/renderer/recipe/draft'
import { catalog as catalogSchema } from '../../src/shared/types'
import type { Catalog } from '../../src/shared/types'
import { repositoryRoot } from '../helpers/repositoryRoot'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { copySource, filesOfPage } from '../helpers/sourceCopy'
import type { SourceCopy } from '../helpers/sourceCopy'
import { temporaryFolder } from '../helpers/temporary'

/** The examples of the documentation: each is one file, or one folder for the backend. */
const examples = filesOfPage('docs/extending.md')

const root = temporaryFolder('extensions')
const workspace = join(root, 'workspace')
let source: SourceCopy
let catalog: Catalog

beforeAll(async () => {
  source = await copySource(join(root, 'source'), examples)
  catalog = catalogSchema.parse(JSON.parse(await source.nnopt('extensions', '--json')))
}, 300_000)

const formOf = (step: string): readonly Field[] =>
  everyFieldOf(catalog.steps.find(({ id }) => id === step)?.schema ?? {}, catalog)
const fieldOf = (step: string, name: string): Field | undefined => formOf(step).find((field) => field.name === name)

it('the page of extensions says what the registries hold', async () => {
  const page = readFileSync(join(repositoryRoot, 'docs', 'extensions.md'), 'utf8')
  expect(page, "run 'npm run docs'").toBe(extensionsMarkdown(await readCatalog()))
})

describe('an extension of one file', () => {
  it.each([
    ['observers', 'shrunk'],
    ['operators', 'Softsign'],
    ['datasetFormats', 'tsv-labels'],
    ['backends', 'wasm-single'],
    ['steps', 'count'],
    ['importances', 'l4'],
    ['pruneSchedules', 'late'],
    ['optimizers', 'sign-sgd'],
    ['schedules', 'polynomial'],
    ['transforms', 'invert'],
    ['architectures', 'one-layer'],
  ] as const)('joins %s as %s, which the documentation describes', (registry, id) => {
    expect(catalog[registry].map((entry) => entry.id)).toContain(id)
    expect(extensionsMarkdown(catalog)).toContain(`### \`${id}\``)
  })

  it('is the only file that an example needs', () => {
    expect(examples.size).toBe(11)
    expect(new Set([...examples.keys()].map((path) => path.split('/').slice(0, -1).join('/'))).size).toBe(11)
  })

  it('is offered by forms, with controls for its parameters', () => {
    const forms = extensionForms(formOf('quantize'), { activationObserver: 'shrunk' }, catalog)
    const observer = forms.find(({ holder }) => holder.name === 'activationObserverParams')
    expect(observer?.extension.label).toBe('Shrunk')
    expect(observer?.fields).toMatchObject([
      { name: 'lower', kind: 'number', initial: 0.9, minimum: 0.1, maximum: 1, help: 'Share of the negative side' },
      { name: 'upper', kind: 'number', initial: 0.8, minimum: 0.1, maximum: 1, help: 'Share of the positive side' },
    ])
    expect(fieldOf('quantize', 'activationObserver')?.choiceLabels).toMatchObject({ shrunk: 'Shrunk' })
    expect(fieldOf('train', 'backend')?.choices).toEqual(['auto', 'tensorflow', 'wasm', 'wasm-single', 'webgpu'])
    expect(fieldOf('train', 'optimizer')?.choices).toContain('sign-sgd')
    expect(fieldOf('train', 'architecture')?.choices).toContain('one-layer')
    expect(fieldOf('prune', 'schedule')?.choices).toContain('late')
    expect(fieldOf('prune', 'method')?.choices).toEqual(expect.arrayContaining(['l4-structured', 'l4-unstructured']))
    const format = extensionForms(formOf('dataset-add'), { format: 'tsv-labels' }, catalog)
    expect(format.map(({ fields }) => fields.map(({ name }) => name))).toEqual([['image', 'label']])
  })

  it('is filled in by the recipe editor, as a step, from the fields that its schema marks', () => {
    const draft = { name: 'x', steps: [{ step: 'train', architecture: 'one-layer', dataset: 'colors' }] }
    expect(withStep(draft, 'count', catalog.steps).steps[1]).toEqual({ step: 'count', dataset: 'colors' })
    expect(fieldOf('count', 'split')?.choices).toEqual(['train', 'val', 'test'])
    expect(referencesBefore([{ step: 'count', id: 'n' }], 1, catalog.steps)).toEqual([])
  })

  it('is described by the flags of the command line', async () => {
    const quantize = await source.nnopt('quantize', '--help')
    expect(quantize).toMatch(/--activation-observer .*\n?.*[\s\S]*shrunk/)
    expect(quantize).toContain('shrunk: lower (number ≥ 0.1, ≤ 1, default 0.9)  Share of the negative side')
    expect(await source.nnopt('train', '--help')).toContain('wasm-single  Leaves the other cores to other programs')
    expect(await source.nnopt('dataset', 'add', '--help')).toContain('tsv-labels  A .tsv file next to its images')
    expect(await source.nnopt('extensions', 'observers', 'shrunk')).toContain('Share of the positive side')
  })
})

/** A model of two convolutions whose activations are those of the example. */
function writeSoftsignModel(file: string): string {
  const model: ModelProto = modelType.toObject(modelType.decode(readFileSync(writeTinyModel(file))))
  const node = model.graph?.node?.map((each) => (each.opType === 'Relu' ? { ...each, opType: 'Softsign' } : each))
  writeFileSync(file, modelType.encode(modelType.fromObject({ ...model, graph: { ...model.graph, node } })).finish())
  return file
}

async function writeLabelledImages(): Promise<string> {
  const folder = await writeImageFolder(join(root, 'images'), { perClass: { all: 12 } })
  const names = ['blue', 'green', 'red']
  const rows = names.flatMap((name) =>
    Array.from({ length: 12 }, (_, index) => `all/${name}/${index}.png\tit is ${name}`),
  )
  writeFileSync(join(folder, 'list.tsv'), `image\tlabel\n${rows.join('\n')}\n`)
  return join(folder, 'list.tsv')
}

interface Result {
  readonly versionId?: string
  readonly output?: Readonly<Record<string, unknown>>
}

it('works together with others in one run, and leaves its results', async () => {
  mkdirSync(workspace, { recursive: true })
  const recipe = {
    name: 'all of them',
    steps: [
      { step: 'dataset-add', name: 'colors', paths: [await writeLabelledImages()] },
      { step: 'count', dataset: 'colors' },
      {
        step: 'import',
        id: 'base',
        file: writeSoftsignModel(join(root, 'softsign.onnx')),
        name: 'softsign',
      },
      {
        step: 'train',
        id: 'trained',
        from: '$base',
        dataset: 'colors',
        name: 'trained',
        epochs: 2,
        batchSize: 8,
        backend: 'wasm-single',
        optimizer: 'sign-sgd',
        optimizerParams: { scale: 0.2 },
        schedule: 'polynomial',
        augment: [{ id: 'invert', params: {} }],
      },
      {
        step: 'quantize',
        from: '$trained',
        dataset: 'colors',
        name: 'shrunk',
        activationObserver: 'shrunk',
        activationObserverParams: { lower: 0.7, upper: 0.5 },
      },
      { step: 'quantize', from: '$trained', dataset: 'colors', name: 'whole', activationObserver: 'min-max' },
    ],
  }
  const file = join(root, 'recipe.json')
  writeFileSync(file, JSON.stringify(recipe))
  const run = JSON.parse(await source.nnopt('run', file, '--json', '--workspace', workspace)) as {
    readonly status: string
    readonly results: readonly Result[]
  }
  expect(run.status).toBe('done')
  const [, counted, , trained, shrunk = {}, whole = {}] = run.results
  const dataset = JSON.parse(await source.nnopt('datasets', '--json', '--workspace', workspace)) as readonly {
    readonly classes: readonly string[]
    readonly counts: { readonly train: number }
    readonly source: { readonly format: string }
  }[]
  expect(dataset[0]).toMatchObject({
    classes: ['it is blue', 'it is green', 'it is red'],
    source: { format: 'tsv-labels' },
  })
  expect(counted?.output).toEqual({ images: dataset[0]?.counts.train })
  expect(trained?.output).toMatchObject({ device: { backend: 'wasm-single', threads: 1 } })
  const [narrow, wide] = [inputScale(shrunk), inputScale(whole)]
  expect(narrow / wide).toBeGreaterThan(0.45)
  expect(narrow / wide).toBeLessThan(0.75)
}, 300_000)

/** The scale that the images are quantized with in a version's file. */
function inputScale({ versionId = '' }: Result): number {
  const file = join(workspace, 'versions', versionId, 'model.onnx')
  const model: ModelProto = modelType.toObject(modelType.decode(readFileSync(file)))
  const scale = model.graph?.initializer?.find(({ name }) => name === 'input/scale')
  const bytes = Buffer.from(scale?.rawData ?? [])
  return bytes.readFloatLE(0)
}
