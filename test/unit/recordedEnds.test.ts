import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createEventHub } from '../../src/node/handlers/events'
import { closeAbandonedRuns } from '../../src/node/jobs/abandonedRuns'
import { createQueue } from '../../src/node/jobs/queue'
import { openStore } from '../../src/node/store'
import type { Store } from '../../src/node/store'
import { overridden } from '../helpers/overridden'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('ends')
let count = 0

/** A store whose database refuses to say how a run ended, so many times. */
function refusing(store: Store, times: number): Store {
  let left = times
  const runs = overridden(store.runs, {
    update: async (id, change) => {
      if (change.finishedAt !== undefined && left-- > 0) throw new Error('the disk is full')
      await store.runs.update(id, change)
    },
  })
  return overridden(store, { runs })
}

/** Lets a run fail, and closes the queue when its end was refused for the first time. */
async function failInQueue(store: Store, times: number, patienceMs: number): Promise<string> {
  const hub = createEventHub()
  const refused = new Promise<void>((resolve) =>
    hub.subscribe(({ event }) => {
      if (event.kind === 'run.log' && event.text === 'the disk is full') resolve()
    }),
  )
  const queue = createQueue(refusing(store, times), hub, patienceMs)
  const { id } = await queue.start({ name: 'wrong', steps: [{ step: 'import', file: '/nowhere.onnx', name: 'a' }] })
  await refused
  await queue.close()
  return id
}

it('closing waits until the end of a run is recorded', async () => {
  const store = await openStore(join(folder, String(count++)))
  const id = await failInQueue(store, 2, 60_000)
  expect(await store.runs.find(id)).toMatchObject({ status: 'failed', error: { code: 'badInput' } })
  await store.close()
})

it('an end that the database never took is found in the folder of the run', async () => {
  const workspace = join(folder, String(count++))
  const store = await openStore(workspace)
  const id = await failInQueue(store, Infinity, 100)
  expect((await store.runs.find(id))?.status).toBe('running')
  await store.close()
  const next = await openStore(workspace)
  await closeAbandonedRuns(next)
  expect(await next.runs.find(id)).toMatchObject({ status: 'failed', error: { code: 'badInput' } })
  await next.close()
})
