import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { everyFieldOf, idleReason } from '../../src/renderer/components/schemaFields'
import { onlyWhen } from '../../src/shared/onlyWhen'

const schema = z.toJSONSchema(
  z.object({
    mode: z.enum(['ptq', 'qat']).default('ptq').describe('How'),
    ...onlyWhen({ field: 'mode', is: ['ptq'] }, { goal: z.boolean().default(false) }),
    ...onlyWhen({ field: 'goal', is: [true] }, { maxDrop: z.number().default(0.005).meta({ unit: 'points' }) }),
    ...onlyWhen(
      { field: 'mode', is: ['qat'] },
      {
        epochs: z.number().int().default(3),
        teacher: z.string().optional(),
        ...onlyWhen({ field: 'teacher', isSet: true }, { weight: z.number().default(0.5) }),
      },
    ),
    ...onlyWhen({ field: 'epochs', above: 0, or: { field: 'goal', is: [true] } }, { patience: z.number().default(0) }),
  }),
  { io: 'input' },
)
const fields = everyFieldOf(schema)

const reason = (name: string, values: Readonly<Record<string, unknown>>): string | undefined => {
  const field = fields.find((each) => each.name === name)
  if (!field) throw new Error(`no field '${name}'`)
  return idleReason(field, fields, values)
}

describe('a field that depends on a choice', () => {
  it.each([
    ['mode', {}, undefined],
    ['epochs', {}, 'Has no effect here. Applies only with Mode: qat.'],
    ['epochs', { mode: 'qat' }, undefined],
    ['goal', { mode: 'qat' }, 'Has no effect here. Applies only with Mode: ptq.'],
    ['maxDrop', { goal: true }, undefined],
    ['maxDrop', {}, 'Has no effect here. Applies only with Goal: on.'],
    // A choice that has no effect itself allows nothing.
    ['maxDrop', { mode: 'qat', goal: true }, 'Has no effect here. Applies only with Goal: on.'],
    ['weight', { mode: 'qat', teacher: 'big' }, undefined],
    ['weight', { mode: 'qat' }, 'Has no effect here. Applies only with Teacher set.'],
    ['weight', { teacher: 'big' }, 'Has no effect here. Applies only with Teacher set.'],
    ['patience', { mode: 'qat' }, undefined],
    ['patience', { mode: 'qat', epochs: 0 }, 'Has no effect here. Applies only with Epochs above 0 or Goal: on.'],
    ['patience', { goal: true }, undefined],
  ])('%s with %j: %s', (name, values, expected) => expect(reason(name, values)).toBe(expected))

  it('keeps its unit, limits and help', () =>
    expect(fields.find(({ name }) => name === 'maxDrop')).toMatchObject({ unit: 'points', initial: 0.005 }))
})
