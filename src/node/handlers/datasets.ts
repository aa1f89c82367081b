import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Handlers } from '../../shared/contract'
import type { InspectionName } from '../inspect/names'
import { resolveDataset } from '../store/resolve'
import type { HostParts } from './parts'
import { startedRecipes } from './startedRecipes'

type DatasetHandlers = Pick<Handlers, Exclude<Extract<keyof Handlers, `datasets.${string}`>, InspectionName>>

export function datasetHandlers({ store, queue, hub }: HostParts): DatasetHandlers {
  return {
    'datasets.list': () => store.datasets.list(),
    'datasets.get': ({ name }) => resolveDataset(store, name),
    'datasets.add': (params) => queue.start(startedRecipes['datasets.add'](params)),
    'datasets.remove': async ({ name }) => {
      const record = await resolveDataset(store, name)
      await store.datasets.remove(name)
      rmSync(store.paths.dataset(name), { recursive: true, force: true })
      hub.publish({ kind: 'datasets.changed', name })
      return record
    },
    'datasets.probe': async ({ path }) => {
      const { recognise } = await import('../datasets/formats/index')
      const { format, probe } = await recognise(resolve(path))
      return { format: format.id, label: format.label, kind: probe.kind, names: probe.names }
    },
    'datasets.download': ({ name }) =>
      queue.start({ name: `download ${name}`, steps: [{ step: 'dataset-download', name }] }),
  }
}
