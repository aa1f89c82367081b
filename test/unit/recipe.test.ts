import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { formatRecipe, readRecipe } from '../../src/core/recipe/document'
import { parseRecipe } from '../../src/core/recipe/parseRecipe'
import type { StepKind } from '../../src/core/recipe/parseRecipe'
import { referencedStep } from '../../src/core/recipe/references'
import { steps as realSteps } from '../../src/node/jobs/steps'
import { tryParse } from '../../src/shared/parse'
import { createRegistry } from '../../src/shared/registry'

const stepKind = (id: string, params: z.ZodObject): StepKind => ({
  kind: 'step',
  id,
  params,
  parse: (given) => tryParse(params, given),
})

const steps = createRegistry<StepKind>('step', [
  stepKind('make', z.strictObject({ name: z.string() })),
  stepKind('measure', z.strictObject({ version: z.string(), images: z.number().int().min(1).default(10) })),
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
    const recipe = readRecipe(text, 'demo.yaml')
    expect(recipe.steps.map(({ step }) => step)).toEqual(['make', 'measure', 'measure'])
    expect(readRecipe(formatRecipe(recipe), 'again.yaml')).toEqual(recipe)
  })

  it('finds the step that a reference means', () => {
    const recipe = readRecipe(text, 'demo.yaml')
    expect(referencedStep(recipe, 'base', 2)).toBe(0)
    expect(referencedStep(recipe, 'previous', 2)).toBe(1)
  })

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['no YAML', 'name: [', /^recipe 'r\.yaml' is not YAML: /],
    ['no steps', 'name: x', /^recipe 'r\.yaml': field 'steps': /],
    ['an empty list of steps', 'name: x\nsteps: []', /^recipe 'r\.yaml': field 'steps': /],
    ['a step without its kind', 'name: x\nsteps: [{ version: v }]', /^recipe 'r\.yaml', step 1: field 'step': /],
    [
      'a field that is not known',
      'name: x\nspeed: 3\nsteps: [{ step: make }]',
      /unknown field 'speed': expected one of name, description, steps/,
    ],
  ]
  it.each(broken)('with %s is refused, naming file and place', (_, yaml, message) => {
    expect(() => readRecipe(yaml, 'r.yaml')).toThrow(message)
  })

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown step', '{ step: fly }', /unknown step 'fly': expected one of make, measure/],
    ['a missing parameter', '{ step: make }', /recipe 'x', step 1 \(make\): field 'name': /],
    [
      'a parameter out of range',
      '{ step: measure, version: v, images: 0 }',
      /recipe 'x', step 1 \(measure\): field 'images': /,
    ],
    [
      'a misspelt parameter',
      '{ step: measure, versoin: v }',
      /step 1 \(measure\): (field 'version': .*|unknown field 'versoin': did you mean 'version'\?)/,
    ],
    [
      'an unknown parameter',
      '{ step: measure, version: v, image: 3 }',
      /step 1 \(measure\): unknown field 'image': did you mean 'images'\?/,
    ],
    [
      'a reference to a later step',
      '{ step: measure, version: $base }, { step: make, id: base, name: n }',
      /step 1 \(measure\): field 'version': '\$base' does not name an earlier step/,
    ],
    [
      'the previous of the first',
      '{ step: measure, version: $previous }',
      /'\$previous' does not name an earlier step: expected a version, because this is the first step/,
    ],
    [
      'an id that is used twice',
      '{ step: make, id: a, name: n }, { step: make, id: a, name: m }',
      /the id 'a' is used twice/,
    ],
  ]
  it.each(wrong)('with %s is refused before anything runs', (_, list, message) => {
    expect(() => parseRecipe(readRecipe(`name: x\nsteps: [${list}]`, 'r.yaml'), steps)).toThrow(message)
  })
})

describe('every recipe that ships with the program', () => {
  const folder = join(import.meta.dirname, '..', '..', 'recipes')
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s passes the checks of the steps', (name) => {
    expect(() => parseRecipe(readRecipe(readFileSync(join(folder, name), 'utf8'), name), realSteps)).not.toThrow()
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
    expect(readRecipe(text, 'r.yaml', scale)).toEqual({
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
  ])('refuses $says', ({ yaml, scale, says }) => expect(() => readRecipe(yaml, 'r.yaml', scale)).toThrow(says))
})
