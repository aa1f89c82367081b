import { computed } from 'vue'
import type { Ref } from 'vue'
import { useEngine } from '../stores/engine'
import { createLoadable } from '../stores/loadable'

/** The channel groups and costs of a version; `open` groups can be pruned. */
export function createModel(version: Ref<string>) {
  const engine = useEngine()
  const { value: model, ...loading } = createLoadable(async () => ({
    of: version.value,
    ...(await engine.call('versions.pruneGroups', { version: version.value })),
  }))
  const open = computed(() => model.value?.groups.filter(({ blocked }) => blocked === null) ?? [])
  return { model, ...loading, open }
}
