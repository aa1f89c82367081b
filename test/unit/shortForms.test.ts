import { beforeAll, describe, expect, it } from 'vitest'
import { formatRecipe, readRecipe } from '../../src/core/recipe/document'
import { parseRecipe } from '../../src/core/recipe/parseRecipe'
import { workspaceProblems } from '../../src/node/handlers/workspaceProblems'
import { steps } from '../../src/node/jobs/steps/index'
import { schemaOf } from '../../src/node/schemaOf'
import { openStore } from '../../src/node/store'
import { parametersOf } from '../../src/shared/parameters'
import { everyFieldOf } from '../../src/renderer/components/schemaFields'
import type { RecipeStep } from '../../src/shared/types'
import { temporaryFolder } from '../helpers/temporary'

const prune = { step: 'prune', from: 'a' }
const goal = { step: 'quantize', from: 'a', dataset: 'd', goal: true }

const cases: readonly { field: string; short: RecipeStep; parts: RecipeStep; becomes: unknown }[] = [
  {
    field: 'keep',
    short: { ...prune, method: 'l1-structured', keep: 'macs=0.5' },
    parts: { ...prune, method: 'l1-structured', keep: { target: 'macs', share: 0.5 } },
    becomes: { target: 'macs', share: 0.5 },
  },
  {
    field: 'nm',
    short: { ...prune, nm: '2:4' },
    parts: { ...prune, nm: { keep: 2, of: 4 } },
    becomes: { keep: 2, of: 4 },
  },
  {
    field: 'maxSize',
    short: { ...goal, maxSize: '3MB' },
    parts: { ...goal, maxSize: 3e6 },
    becomes: 3e6,
  },
  {
    field: 'distill',
    short: { step: 'train', from: 'a', dataset: 'd', distill: 'parent' },
    parts: { step: 'train', from: 'a', dataset: 'd', distill: { parent: true } },
    becomes: { parent: true },
  },
  {
    field: 'distill',
    short: { step: 'train', from: 'a', dataset: 'd', distill: 'teacher' },
    parts: { step: 'train', from: 'a', dataset: 'd', distill: { version: 'teacher' } },
    becomes: { version: 'teacher' },
  },
]

const fieldsOf = (step: RecipeStep) => parseRecipe({ name: 'r', steps: [step] }, steps).map(({ fields }) => fields)

describe.each(cases)('$field as $short', ({ field, short, parts, becomes }) => {
  it('is what its parts are', () => {
    expect(fieldsOf(short)).toEqual(fieldsOf(parts))
    expect(fieldsOf(short)[0]?.[field]).toEqual(becomes)
  })

  it('stays in the recipe as it was written', () => {
    const recipe = { name: 'r', steps: [short, parts] }
    expect(readRecipe(formatRecipe(recipe))).toEqual(recipe)
  })

  it('is one text in forms, and both in the documentation', () => {
    const schema = schemaOf(steps.get(short.step).params)
    const shown = everyFieldOf(schema).find(({ name }) => name === field)
    expect(shown).toMatchObject({ kind: 'text', hasParts: true })
    expect(parametersOf(schema).find(({ name }) => name === field)?.type).toMatch(
      /^(text or (object|number > 0)|version)$/,
    )
  })
})

describe('what parts name', () => {
  let check: (step: RecipeStep) => ReturnType<typeof workspaceProblems>
  beforeAll(async () => {
    const store = await openStore(temporaryFolder('short-forms'))
    check = (step) => workspaceProblems(store, { name: 'r', steps: [step] }, steps)
    return () => store.close()
  })

  it('is looked for in the workspace, as in the short form', async () => {
    const short = await check({ step: 'train', distill: 'nobody' })
    expect(short).toMatchObject([{ field: 'distill', message: expect.stringContaining('nobody') }])
    expect(await check({ step: 'train', distill: { version: 'nobody' } })).toEqual(short)
    expect(await check({ step: 'train', distill: 'parent' })).toEqual([])
    expect(await check({ step: 'train', distill: { parent: true } })).toEqual([])
  })
})
