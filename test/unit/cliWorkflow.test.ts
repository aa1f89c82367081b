import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { classesOf, preprocessingOf } from '../../src/core/data/modelFacts'
import { preprocessingPresets } from '../../src/core/data/preprocessing'
import { isQuantized, readOnnx } from '../../src/core/onnx'
import { cli } from '../helpers/cli'
import { cliWorkspace } from '../helpers/cliWorkspace'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'

const { folder, workspace, run, document } = cliWorkspace('cli-workflow')
const classes = ['blue', 'green', 'red']

let images: string
let model: string

beforeAll(async () => {
  images = await writeImageFolder(join(folder, 'images'))
  model = writeTinyModel(join(folder, 'tiny.onnx'))
})

describe('the way from a model to an int8 file', () => {
  it('starts with an empty workspace, silently', async () => {
    const { code, stdout, stderr } = await run('versions')
    expect([code, stdout, stderr]).toEqual([0, '[]\n', ''])
  })

  it('takes a dataset', async () => {
    expect(await document('dataset', 'add', 'colours', images)).toMatchObject({
      id: 'colours',
      name: 'colours',
      classes,
      counts: { test: 24 },
      problems: [],
    })
    const { counts } = (await document('dataset', 'add', 'again', images, '--seed', '1')) as {
      counts: Record<string, number>
    }
    expect(counts.train! + counts.val!).toBe(72)
    expect(((await document('datasets')) as object as readonly unknown[]).length).toBe(2)
    expect(await document('dataset', 'rm', 'again')).toMatchObject({ id: 'again' })
  })

  it('imports with preprocessing and class names, and writes both into the file', async () => {
    const names = join(folder, 'names.txt')
    writeFileSync(names, 'red\nblue\ngreen\n')
    const preprocessing = join(folder, 'preprocessing.json')
    writeFileSync(preprocessing, JSON.stringify({ ...preprocessingPresets.cifar, resize: { width: 16, height: 16 } }))
    const version = await document('import', model, '--name', 'base', '--classes', names, '--preprocess', preprocessing)
    expect(version).toMatchObject({
      name: 'base',
      precision: 'fp32',
      classes: ['red', 'blue', 'green'],
      classCount: 3,
      inputSize: { height: 16, width: 16 },
      trainable: true,
      warnings: [],
    })
    const written = readOnnx(readFileSync(join(workspace, 'versions', String(version.id), 'model.onnx')), {
      fileName: 'model.onnx',
    })
    expect(classesOf(written)).toEqual(['red', 'blue', 'green'])
    expect(preprocessingOf(written)?.resize).toEqual({ width: 16, height: 16 })
    expect(readdirSync(join(workspace, 'versions', String(version.id))).sort()).toEqual([
      'metadata.json',
      'metadata.json.sha256',
      'model.onnx',
      'recipe.yaml',
      'source.onnx',
      'training.safetensors',
    ])
  })

  it('quantizes into a version of its own', async () => {
    const version = await document(
      'quantize',
      'base',
      '--dataset',
      'colours',
      '--mode',
      'ptq',
      '--activation-observer',
      'min-max',
      '--calibration-samples',
      '30',
    )
    expect(version).toMatchObject({
      name: 'base-ptq',
      precision: 'int8',
      origin: 'quantized',
      classes: ['red', 'blue', 'green'],
      step: { step: 'quantize', activationObserver: 'min-max', calibrationSamples: 30 },
    })
    expect(await document('evaluate', 'base-ptq', '--dataset', 'colours')).toMatchObject({ samples: 24 })
  })

  it('exports the int8 model', async () => {
    const out = join(folder, 'out.onnx')
    expect(await document('export', 'base-ptq', '--format', 'onnx', '--out', out)).toMatchObject({
      path: out,
      format: 'onnx',
      sizeBytes: statSync(out).size,
    })
    expect(isQuantized(readOnnx(readFileSync(out), { fileName: 'out.onnx' }))).toBe(true)
  })

  it('reports on one page without any address of the network', async () => {
    const out = join(folder, 'report.html')
    expect(await document('report', '--out', out)).toEqual({ path: out })
    const html = readFileSync(out, 'utf8')
    expect(html).toContain('base-ptq')
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it('renames, deletes, restores and purges', async () => {
    expect(
      await document('rename', 'base-ptq', '--name', 'small', '--tag', 'best', 'int8', '--notes', 'keep'),
    ).toMatchObject({ name: 'small', tags: ['best', 'int8'], notes: 'keep' })
    await document('rm', 'small')
    expect((await run('show', 'small')).json).toMatchObject({ error: { code: 'notFound' } })
    await document('restore', 'small')
    await document('rm', 'small')
    expect(await document('purge')).toMatchObject({ removed: [expect.stringMatching(/^v-/)] })
    expect(((await document('versions')) as object as readonly { name: string }[]).map(({ name }) => name)).toEqual([
      'base',
    ])
  })

  it('runs a recipe, whose steps refer to each other', async () => {
    const recipe = join(folder, 'recipe.yaml')
    writeFileSync(
      recipe,
      'name: both\nsteps:\n  - { step: quantize, id: int8, from: base, dataset: colours, calibrationSamples: 12 }\n  - { step: evaluate, version: $int8, dataset: colours, limit: 6 }\n',
    )
    const done = (await document('run', recipe)) as {
      status: string
      results: readonly { versionId?: string; output: { evaluation?: { version: string } } }[]
    }
    expect(done.status).toBe('done')
    expect(done.results[1]!.output.evaluation?.version).toBe(done.results[0]!.versionId)
    expect(
      ((await document('runs')) as object as readonly { status: string }[]).every(({ status }) => status === 'done'),
    ).toBe(true)
  })

  it('speaks to people without --json', async () => {
    const { code, stdout } = await cli(['versions'], { workspace })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^name +id +precision +size +accuracy +created\n─/)
  })
})
