import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { judge } from '../harness/fuzz/judge'
import { mutated } from '../harness/fuzz/kind'
import { kinds } from '../harness/fuzz/kinds/index'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('fuzz')
/** Of each kind; npm run test:fuzz reads more. */
const [seed, count] = [20_261_128, 80]

describe.each(kinds.map((kind) => [kind.id, kind] as const))('mutated files of kind %s', (id, kind) => {
  it(`are read or refused with a sentence (seed ${seed}, ${count} files)`, async () => {
    const seeds = await kind.seeds()
    for (let number = 0; number < count; number++) {
      const verdict = await judge(kind, mutated(kind, seeds, seed, number), join(folder, `${id}-${number}`))
      expect(verdict, `file ${number}`).not.toMatchObject({ kind: 'fault' })
    }
  })

  it('that once failed no longer do', async () => {
    for (const name of corpusOf(id)) {
      const file = { name: name.replace(/^.*?_/, ''), bytes: readFileSync(join('test', 'corpus', id, name)) }
      expect(await judge(kind, file, join(folder, name)), name).not.toMatchObject({ kind: 'fault' })
    }
  })
})

/** `<what was wrong>_<name of the file>` */
const corpusOf = (id: string): readonly string[] =>
  readdirSync(join('test', 'corpus'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name === id)
    .flatMap((entry) => readdirSync(join('test', 'corpus', entry.name)))
