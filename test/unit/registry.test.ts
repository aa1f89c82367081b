import { expect, it } from 'vitest'
import { collect } from '../../src/shared/registry'

const extension = (id: string) => ({ [id]: { kind: 'thing', id } })

it('collects extensions by id, each out of the file or folder that carries its id', () => {
  const things = collect('thing', { './min-max.ts': extension('min-max'), './Conv/index.ts': extension('Conv') })
  expect(things.ids).toEqual(['Conv', 'min-max'])
})

it.each([
  ['./minMax.ts', 'min-max'],
  ['./conv.ts', 'Conv'],
  ['./entropy.ts', 'mse'],
])('refuses the file %s for the id %s', (path, id) => {
  expect(() => collect('thing', { [path]: extension(id) })).toThrow(`expected the file name '${id}.ts'`)
})

it('refuses an id that is there twice', () => {
  expect(() => collect('thing', { './a/l1.ts': extension('l1'), './b/l1.ts': extension('l1') })).toThrow(/twice/)
})
