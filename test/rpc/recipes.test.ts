import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHost } from '../../src/node/createHost'
import type { Host } from '../../src/node/createHost'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import type { Client } from '../../src/shared/contract'
import { temporaryFolder } from '../helpers/temporary'
import { atLeast } from '../../src/shared/atLeast'

let host: Host
let client: Client

beforeAll(async () => {
  const workspace = temporaryFolder('recipes')
  mkdirSync(workspace, { recursive: true })
  host = await createHost({ workspace, watch: false })
  const [near, far] = createLinkedPorts()
  host.connect(far)
  client = createClient(near)
})

afterAll(() => host.close())

describe('a recipe that is checked', () => {
  const wrong = {
    name: 'wrong',
    steps: [
      { step: 'train', id: 'a', architecture: 'tiny-cnn', dataset: 'nowhere', epochs: 0, learningRate: -1 },
      { step: 'quantise' },
      { step: 'quantize', from: '$b', dataset: 'nowhere' },
      { step: 'evaluate', id: 'a', version: 'gone', dataset: 'nowhere' },
    ],
  }

  it('says every problem with its step and field', async () => {
    const { problems } = await client.call('recipes.check', { recipe: wrong })
    const places = problems.map(({ step, field }) => `${step} ${field}`)
    expect(places).toEqual(
      expect.arrayContaining([
        '0 epochs',
        '0 learningRate',
        '0 dataset',
        '1 step',
        '2 from',
        '2 dataset',
        '3 id',
        '3 version',
      ]),
    )
    expect(problems.find(({ field }) => field === 'step')?.message).toMatch(
      /unknown step 'quantise': expected one of .*quantize/,
    )
    expect(problems.find(({ step, field }) => step === 2 && field === 'from')?.message).toMatch(
      /'\$b' does not name an earlier step: expected \$a, \$previous/,
    )
  })

  it('computes the size of what a step makes, and says that no time is known yet', async () => {
    const recipe = {
      name: 'r',
      steps: [
        { step: 'train', id: 'float', architecture: 'tiny-cnn', dataset: 'd' },
        { step: 'quantize', from: '$float', dataset: 'd' },
        { step: 'benchmark', versions: ['$float'] },
      ],
    }
    const { steps } = await client.call('recipes.check', { recipe })
    const [train, quantize, benchmark] = atLeast(2, steps)
    expect(train.params).toBeGreaterThan(1000)
    expect(train.macs).toBeGreaterThan(train.params ?? 0)
    expect(quantize.sizeBytes).toBeLessThan((train.sizeBytes ?? 0) / 2)
    expect(quantize.sizeBytes).toBeGreaterThan((train.sizeBytes ?? 0) / 5)
    expect(benchmark).toMatchObject({
      seconds: null,
      basis: 'no benchmark step has run on this machine yet',
      sizeBytes: null,
    })
  })
})
