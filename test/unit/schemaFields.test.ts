import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldsOf, problemOf } from '../../src/renderer/components/schemaFields'
import { extensionId } from '../../src/shared/fields'
import type { Field, FieldValue } from '../../src/renderer/components/schemaFields'

const params = z.object({
  from: z.string(),
  name: z.string().min(1),
  batchSize: z.number().int().min(1).max(64).default(32).meta({ unit: 'images' }).describe('Images per batch'),
  learningRate: z.number().positive().max(10).default(0.1),
  seed: z.number().int().min(0).default(0),
  split: z.enum(['train', 'test']).default('test'),
  optimizer: extensionId('optimizers').default('sgd'),
  quiet: z.boolean().default(false),
  layers: z.array(z.string()).default([]),
})

const fields = fieldsOf(z.toJSONSchema(params, { io: 'input' }), ['from'], {
  optimizers: ['adam', 'sgd'].map((id) => ({ id, label: id.toUpperCase(), help: '', schema: {} })),
})

const field = (name: string): Field => {
  const found = fields.find((each) => each.name === name)
  if (!found) throw new Error(`no field '${name}'`)
  return found
}

describe('fields of a step', () => {
  it('are those that a simple control can show, but for hidden ones', () => {
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['name', 'text'],
      ['batchSize', 'integer'],
      ['learningRate', 'number'],
      ['seed', 'integer'],
      ['split', 'choice'],
      ['optimizer', 'choice'],
      ['quiet', 'flag'],
    ])
  })

  it('carry label, help, unit, default and choices', () => {
    expect(field('batchSize')).toMatchObject({
      label: 'Batch size',
      help: 'Images per batch',
      unit: 'images',
      initial: 32,
      minimum: 1,
      maximum: 64,
      required: false,
    })
    expect(field('name')).toMatchObject({ required: true, initial: undefined })
    expect(field('optimizer')).toMatchObject({ choices: ['adam', 'sgd'], choiceLabels: { adam: 'ADAM', sgd: 'SGD' } })
    expect(field('seed').maximum).toBeUndefined()
  })
})

describe('a value', () => {
  const values: readonly (readonly [string, FieldValue | undefined, string | undefined])[] = [
    ['batchSize', 1, undefined],
    ['batchSize', '64', undefined],
    ['batchSize', '', undefined],
    ['batchSize', 0, 'Enter 1 or more.'],
    ['batchSize', 65, 'Enter 64 or less.'],
    ['batchSize', 1.5, 'Enter a whole number.'],
    ['batchSize', 'many', 'Enter a number.'],
    ['learningRate', 0, 'Enter a number greater than 0.'],
    ['learningRate', '1e-4', undefined],
    ['name', '', 'Required'],
    ['name', undefined, 'Required'],
    ['quiet', true, undefined],
  ]
  it.each(values)('%s = %j: %s', (name, value, expected) => {
    expect(problemOf(field(name), value)).toBe(expected)
  })
})
