import type { Handlers } from '../../shared/contract'
import { resolveVersion } from '../store/resolve'
import type { HostParts } from './parts'

/** Reads the whole file, so it is loaded on demand. */
export const networkHandlers = ({ store }: HostParts): Pick<Handlers, 'versions.network'> => ({
  'versions.network': async ({ version }) => {
    const [{ networkFacts }, { readModelFile }] = await Promise.all([
      import('../jobs/work/versions/networkFacts'),
      import('../jobs/work/versions/readModelFile'),
    ])
    const { graph, bytes } = readModelFile(store.paths.model((await resolveVersion(store, version)).id))
    return networkFacts(graph, bytes)
  },
})
