import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, it } from 'vitest'
import { createHost } from '../../src/node/createHost'
import { runDoctor } from '../../src/node/doctor'
import { openStore } from '../../src/node/store'
import { atLeast } from '../../src/shared/atLeast'
import type { DatasetDetails, Run, Version } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('rows')
const workspace = join(folder, 'workspace')

async function json<T>(...args: string[]): Promise<T> {
  return (await cli([...args, '--json'], { workspace })).json as T
}
const names = async (...args: string[]): Promise<readonly string[]> =>
  (await json<readonly { readonly name: string }[]>(...args)).map(({ name }) => name).sort()

function damage(sql: string): void {
  const database = new DatabaseSync(join(workspace, 'workspace.db'))
  database.exec(sql)
  database.close()
}

beforeAll(async () => {
  await writeImageFolder(join(folder, 'images'), { perClass: { train: 4, test: 4 } })
  for (const name of ['one', 'two']) {
    await json('dataset', 'add', name, join(folder, 'images'))
    await json('import', writeTinyModel(join(folder, `${name}.onnx`)), '--name', name)
  }
  await json('evaluate', 'one', '--dataset', 'one')
  expect(await json('prune', 'one', '--method', 'l1-unstructured', '--amount', '0.3', '--name', 'child')).toMatchObject(
    { name: 'child' },
  )
})

it('one damaged row of each table hides one item, and doctor writes it again', async () => {
  const before = [
    await names('versions'),
    await names('datasets'),
    (await json<readonly Run[]>('runs')).length,
  ] as const
  const [{ id }] = atLeast(1, await json<readonly Run[]>('runs'))
  damage(`UPDATE versions SET facts = substr(facts, 1, 40) WHERE name = 'one';
    UPDATE datasets SET record = replace(record, '"classes"', '"cl4sses"') WHERE name = 'two';
    UPDATE runs SET results = '[{' WHERE id = '${id}'`)
  expect(await names('versions')).toEqual(['child', 'two'])
  expect(await names('datasets')).toEqual(['one'])
  expect(await json<readonly Run[]>('runs')).toHaveLength(before[2] - 1)
  expect(await json('show', 'child')).toMatchObject({ name: 'child' })
  expect(await json('show', 'one')).toEqual({
    error: {
      code: 'storage',
      message: expect.stringMatching(/^version 'one' \(v-.*\): its row in the database is damaged; 'nnopt doctor/),
    },
  })
  const refused = await cli(['dataset', 'add', 'two', join(folder, 'images'), '--json'], { workspace })
  expect(refused.json).toMatchObject({ error: { code: 'storage' } })

  const store = await openStore(workspace)
  const found = (await runDoctor(store, false)).filter(({ check }) => check === 'rows')
  expect(found.map(({ status, repair }) => [status, repair])).toEqual(
    ['version', 'dataset', 'run'].map(() => ['problem', 'written again from its folder']),
  )
  await runDoctor(store, true)
  await store.close()
  expect([await names('versions'), await names('datasets')]).toEqual(before.slice(0, 2))
  // And the one that was refused meanwhile.
  expect(await json<readonly Run[]>('runs')).toHaveLength(before[2] + 1)
  expect((await json<{ evaluations: readonly unknown[] }>('show', 'one')).evaluations).toHaveLength(1)
  expect(await json<readonly Version[]>('versions')).toHaveLength(3)
  expect(await json<readonly DatasetDetails[]>('datasets')).toHaveLength(2)
})

it('a damaged measurement hides one measurement', async () => {
  damage(`UPDATE evaluations SET evaluation = substr(evaluation, 5)`)
  expect((await json<{ evaluations: readonly unknown[] }>('show', 'one')).evaluations).toEqual([])
  const host = await createHost({ workspace, watch: false })
  expect(await host.store.measurements.newestEvaluations()).toEqual(new Map())
  const findings = await runDoctor(host.store, false)
  await host.close()
  expect(findings.find(({ check }) => check === 'measurements')?.message).toMatch(/^1 measurements cannot be read/)
})
