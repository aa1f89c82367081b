import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkRecipe, formatRecipe, parseRecipe, referencedStep } from '../../src/core/recipe/recipe'
import type { StepKind } from '../../src/core/recipe/recipe'
import { steps as realSteps } from '../../src/node/jobs/steps'
import { createRegistry } from '../../src/shared/registry'

const steps = createRegistry<StepKind>('step', [
  { kind: 'step', id: 'make', params: z.object({ name: z.string() }) },
  {
    kind: 'step',
    id: 'measure',
    params: z.object({ version: z.string(), images: z.number().int().min(1).default(10) }),
  },
])

const text = `
name: demo
steps:
  - { step: make, id: base, name: first }
  - { step: measure, version: $base }
  - step: measure
    version: $previous
`

describe('a recipe', () => {
  it('comes from YAML and goes back unchanged', () => {
    const recipe = parseRecipe(text, 'demo.yaml')
    expect(recipe.steps.map(({ step }) => step)).toEqual(['make', 'measure', 'measure'])
    expect(parseRecipe(formatRecipe(recipe), 'again.yaml')).toEqual(recipe)
  })

  it('finds the step that a reference means', () => {
    const recipe = parseRecipe(text, 'demo.yaml')
    expect(referencedStep(recipe, 'base', 2)).toBe(0)
    expect(referencedStep(recipe, 'previous', 2)).toBe(1)
  })

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['no YAML', 'name: [', /^recipe 'r\.yaml' is not YAML: /],
    ['no steps', 'name: x', /^recipe 'r\.yaml': field 'steps': /],
    ['an empty list of steps', 'name: x\nsteps: []', /^recipe 'r\.yaml': field 'steps': /],
    ['a step without its kind', 'name: x\nsteps: [{ version: v }]', /^recipe 'r\.yaml': field 'steps\[1\]\.step': /],
    ['a field that is not known', 'name: x\nspeed: 3\nsteps: [{ step: make }]', /Unrecognized key: "speed"/],
  ]
  it.each(broken)('with %s is refused, naming file and place', (_, yaml, message) => {
    expect(() => parseRecipe(yaml, 'r.yaml')).toThrow(message)
  })

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown step', '{ step: fly }', /unknown step 'fly': expected one of make, measure/],
    ['a missing parameter', '{ step: make }', /recipe 'x', step 1 \(make\): 'name': /],
    [
      'a parameter out of range',
      '{ step: measure, version: v, images: 0 }',
      /recipe 'x', step 1 \(measure\): 'images': /,
    ],
    [
      'a reference to a later step',
      '{ step: measure, version: $base }, { step: make, id: base, name: n }',
      /step 1 \(measure\): '\$base' does not name an earlier step/,
    ],
    [
      'the previous of the first',
      '{ step: measure, version: $previous }',
      /'\$previous' does not name an earlier step: expected one of none, because it is the first/,
    ],
    [
      'an id that is used twice',
      '{ step: make, id: a, name: n }, { step: make, id: a, name: m }',
      /the id 'a' is used twice/,
    ],
  ]
  it.each(wrong)('with %s is refused before anything runs', (_, list, message) => {
    expect(() => checkRecipe(parseRecipe(`name: x\nsteps: [${list}]`, 'r.yaml'), steps)).toThrow(message)
  })
})

describe('every recipe that ships with the program', () => {
  const folder = join(import.meta.dirname, '..', '..', 'recipes')
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s passes the checks of the steps', (name) => {
    expect(() => checkRecipe(parseRecipe(readFileSync(join(folder, name), 'utf8'), name), realSteps)).not.toThrow()
  })
})

describe('scales', () => {
  const text =
    'name: x\nscales: { full: { epochs: 30 }, small: { epochs: 1 } }\nsteps: [{ step: train, epochs: "${epochs}", nested: { list: ["${epochs}", "$float"] } }]'

  it.each([
    { scale: undefined, epochs: 30 },
    { scale: 'full', epochs: 30 },
    { scale: 'small', epochs: 1 },
  ])('$scale fills in its values', ({ scale, epochs }) => {
    expect(parseRecipe(text, 'r.yaml', scale)).toEqual({
      name: 'x',
      steps: [{ step: 'train', epochs, nested: { list: [epochs, '$float'] } }],
    })
  })

  it.each([
    { yaml: text, scale: 'tiny', says: /scale 'tiny': expected one of full, small/ },
    {
      yaml: 'name: x\nsteps: [{ step: train }]',
      scale: 'small',
      says: /scale 'small': expected none, because it has only one scale/,
    },
    {
      yaml: text.replace('"$float"', '"${images}"'),
      scale: 'small',
      says: /'\$\{images\}' has no value: expected one of epochs/,
    },
    { yaml: text.replace('{ epochs: 30 }', '3'), scale: 'small', says: /field 'scales'/ },
  ])('refuses $says', ({ yaml, scale, says }) => expect(() => parseRecipe(yaml, 'r.yaml', scale)).toThrow(says))
})
