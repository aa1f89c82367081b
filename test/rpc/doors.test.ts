import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { steps } from '../../src/node/jobs/steps/index'
import { createHost } from '../../src/node/createHost'
import type { Host } from '../../src/node/createHost'
import type { Client } from '../../src/shared/contract'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

/** The form, remote calls, files and flags all bring a recipe; what is wrong with it is said in one sentence, before anything runs. */
const folder = temporaryFolder('doors')
const workspace = join(folder, 'workspace')
let host: Host
let client: Client

beforeAll(async () => {
  await writeImageFolder(join(folder, 'images'))
  await cli(['dataset', 'add', 'colours', join(folder, 'images')], { workspace })
  await cli(['import', writeTinyModel(join(folder, 'tiny.onnx')), '--name', 'tiny'], { workspace })
  host = await createHost({ workspace, watch: false })
  const [near, far] = createLinkedPorts()
  host.connect(far)
  client = createClient(near)
})

afterAll(() => host.close())

interface Case {
  readonly what: string
  readonly step: { readonly step: string } & Readonly<Record<string, unknown>>
  /** The same call on the command line. */
  readonly flags: readonly string[]
  /** Where flags say it in their own way. */
  readonly flagsSay?: string
  readonly field: string
  readonly says: string
}

const from = { from: 'tiny' }
const quantize = { step: 'quantize', ...from, dataset: 'colours' }
const flagsOf = (...flags: string[]): readonly string[] => ['quantize', 'tiny', '--dataset', 'colours', ...flags]

const cases: readonly Case[] = [
  {
    what: 'a structured pruning without keep',
    step: { step: 'prune', ...from, method: 'l1-structured' },
    flags: ['prune', 'tiny', '--method', 'l1-structured'],
    field: 'keep',
    says: "method 'l1-structured': expected keep, such as macs=0.5, or pruningRatio per layer",
  },
  {
    what: 'fine-tuning without images',
    step: { step: 'prune', ...from, amount: 0.5, epochs: 1 },
    flags: ['prune', 'tiny', '--amount', '0.5', '--epochs', '1'],
    field: 'dataset',
    says: 'fine-tuning needs training images: expected a dataset',
  },
  {
    what: 'a misspelt parameter of an observer',
    step: { ...quantize, activationObserver: 'percentile', activationObserverParams: { coverge: 0.99 } },
    flags: flagsOf('--activation-observer', 'percentile', '--activation-observer-params', '{"coverge":0.99}'),
    field: 'activationObserverParams',
    says: "unknown field 'coverge': did you mean 'coverage'?",
  },
  {
    what: 'a parameter of an observer that is out of range',
    step: { ...quantize, weightObserver: 'percentile', weightObserverParams: { coverage: 0.1 } },
    flags: flagsOf('--weight-observer', 'percentile', '--weight-observer-params', '{"coverage":0.1}'),
    field: 'weightObserverParams.coverage',
    says: 'Too small: expected number to be >=0.5',
  },
  {
    what: 'a misspelt parameter of an optimizer',
    step: { ...quantize, mode: 'qat', optimizerParams: { beta: 0.9 } },
    flags: flagsOf('--mode', 'qat', '--optimizer-params', '{"beta":0.9}'),
    field: 'optimizerParams',
    says: "unknown field 'beta': did you mean 'beta1'?",
  },
  {
    what: 'a misspelt field',
    step: { ...quantize, laddr: true },
    flags: flagsOf('--laddr'),
    flagsSay: "unknown option '--laddr' (Did you mean --ladder?); see 'nnopt --help'",
    field: '',
    says: "unknown field 'laddr': did you mean 'ladder'?",
  },
  {
    what: 'a misspelt parameter of an architecture',
    step: { step: 'train', architecture: 'tiny-cnn', architectureParams: { chanels: 4 }, dataset: 'colours' },
    flags: ['train', '--arch', 'tiny-cnn', '--architecture-params', '{"chanels":4}', '--dataset', 'colours'],
    field: 'architectureParams',
    says: "unknown field 'chanels': did you mean 'channels'?",
  },
]

describe.each(cases)('$what', ({ step, flags, field, says, flagsSay }) => {
  const recipe = { name: 'wrong', steps: [step] }
  const sentence = field ? `field '${field}': ${says}` : says

  it('is a problem of its field in the form', async () => {
    const { problems } = await client.call('recipes.check', { recipe })
    expect(problems.filter((problem) => problem.message === says)).toMatchObject([{ step: 0, field }])
  })

  it('is refused by a remote call', async () => {
    await expect(client.call('runs.start', { recipe })).rejects.toMatchObject({
      code: 'wrongCall',
      message: `recipe 'wrong', step 1 (${step.step}): ${sentence}`,
    })
  })

  it('is refused in a file', async () => {
    const file = join(folder, 'wrong.yaml')
    writeFileSync(file, stringify(recipe))
    const { code, json } = await cli(['run', file, '--json'], { workspace })
    const message = `recipe 'wrong', step 1 (${step.step}): ${sentence}`
    expect([code, json]).toEqual([2, { error: { code: 'wrongCall', message } }])
  })

  it('is refused on the command line', async () => {
    const { code, json } = await cli([...flags, '--json'], { workspace })
    const { error } = json as { readonly error: { readonly code: string; readonly message: string } }
    expect([code, error.code]).toEqual([2, 'wrongCall'])
    expect(error.message.endsWith(flagsSay ?? `step 1 (${step.step}): ${sentence}`)).toBe(true)
  })
})

it('none of them left a run behind', async () => {
  const runs = await client.call('runs.list', {})
  expect(runs.map(({ recipe }) => recipe.steps[0]?.step)).not.toContain('quantize')
  expect(runs.every(({ status }) => status === 'done')).toBe(true)
})

it.each(steps.list())('step $id refuses what it does not know', ({ parse }) => {
  const parsed = parse({ nonsense: 1 })
  expect(parsed.ok ? [] : parsed.problems.map(({ message }) => message)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^unknown field 'nonsense': /)]),
  )
})
