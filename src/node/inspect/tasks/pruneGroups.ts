import { importances } from '../../../core/prune/importances/index'
import { layersOfGroups } from '../../../core/prune/layersOfGroups'
import type { Inspection } from '../inspection'
import { costOf, plannedNetwork } from '../plannedNetwork'

export const pruneGroups: Inspection<'versions.pruneGroups'> = async ({ store }, { version }) => {
  const network = await plannedNetwork(store, version)
  const groups = [...layersOfGroups(network.dependencies)].map(([{ name, units, blocked = null }, layers]) => ({
    name,
    layers,
    channels: units.length,
    blocked,
  }))
  // Gradients need training images; a plan ranks by weights alone.
  const offered = importances
    .list()
    .filter(({ needsGradients }) => !needsGradients)
    .map(({ id, label }) => ({ id, label }))
  return { groups, cost: await costOf(network, new Set(), true), importances: offered }
}
