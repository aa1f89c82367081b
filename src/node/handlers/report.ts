import type { Handlers } from '../../shared/contract'
import { writeArtifact } from '../store/writeArtifact'
import type { HostParts } from './parts'
import { gatherReport } from './reportData'

/** A report is one self-contained HTML file. */
export const reportHandlers = ({ store }: HostParts): Pick<Handlers, 'report.create'> => ({
  'report.create': async ({ out, overwrite, ...request }) => {
    const { renderReport } = await import('../report/index')
    const html = renderReport(await gatherReport(store, request))
    return { html, path: out === undefined ? null : writeArtifact(out, new TextEncoder().encode(html), overwrite) }
  },
})
