import type { Handlers } from '../../shared/contract'
import type { RecipeStep } from '../../shared/types'
import { baselineFile, baselineName, findBaseline, sampleArchive, sampleName } from '../bundled'
import type { HostParts } from './parts'

/** The bundled dataset and model, to get started. */
export const sampleHandlers = ({ store, queue }: HostParts): Pick<Handlers, 'sample.start'> => ({
  'sample.start': async () => {
    const baseline = findBaseline(await store.versions.list(false))
    const isMeasured =
      baseline !== undefined &&
      (await store.measurements.evaluations(baseline.id)).some(({ evaluation }) => evaluation.dataset === sampleName)
    const steps: RecipeStep[] = [
      ...((await store.datasets.find(sampleName))
        ? []
        : [{ step: 'dataset-add', name: sampleName, paths: [sampleArchive()] }]),
      ...(baseline
        ? []
        : [{ step: 'import', id: 'baseline', file: baselineFile(), name: baselineName, origin: 'bundled' }]),
      ...(isMeasured ? [] : [{ step: 'evaluate', version: baseline?.id ?? '$baseline', dataset: sampleName }]),
    ]
    const run = steps.length > 0 ? await queue.start({ name: 'sample dataset', steps }) : null
    return { dataset: sampleName, version: baseline?.id ?? null, run }
  },
})
