import { computed, ref, watch } from 'vue'
import type { Ref } from 'vue'
import { useRoute } from 'vue-router'
import { useDatasets } from '../../stores/datasets'
import { useEngine } from '../../stores/engine'
import { createLoadable } from '../../stores/loadable'
import { useVersions } from '../../stores/versions'
import { channelOf, floatsOf, observedStatistics, statisticsOf } from './subject'
import type { WeightNumbers } from './subject'

/** A version and a dataset to begin with. */
function useFirstChoices(version: Ref<string>, dataset: Ref<string>): void {
  const versions = useVersions()
  const datasets = useDatasets()
  const route = useRoute()
  watch(
    () => versions.value,
    (known) => {
      if (version.value || !known?.[0]) return
      const asked = known.find((row) => row.version.id === route.query.version)
      // Prefer an fp32 version: its values are not on a grid yet, so there is more to see.
      version.value = (asked ?? known.find((row) => row.version.precision === 'fp32') ?? known[0]).version.id
    },
    { immediate: true },
  )
  watch(
    () => datasets.value,
    (known) => (dataset.value ||= known?.[0]?.name ?? ''),
    { immediate: true },
  )
}

/** What the engine knows of the version, the weight and the layer's output. */
function useLoaded(version: Ref<string>, layer: Ref<string>, dataset: Ref<string>) {
  const engine = useEngine()
  const layers = createLoadable(() => engine.call('versions.layers', { version: version.value }))
  const weight = createLoadable(async (): Promise<WeightNumbers> => {
    const answer = await engine.call('versions.weightValues', { version: version.value, layer: layer.value })
    return { ...answer, values: floatsOf(answer.values) }
  })
  const activation = createLoadable(() => {
    const value = layers.value.value?.find(({ name }) => name === layer.value)?.output ?? ''
    return engine.call('versions.activation', { version: version.value, value, dataset: dataset.value })
  })
  return { layers, weight, activation }
}

/** The values shown in the lab: a weight, one of its channels, or a layer's output on a dataset. */
export function useLabSubject() {
  const engine = useEngine()
  const versions = useVersions()
  const datasets = useDatasets()
  const route = useRoute()

  const version = ref('')
  const layerName = ref('')
  const subject = ref<'weight' | 'activation'>('weight')
  const dataset = ref('')
  const channel = ref(-1)

  const { layers, weight, activation } = useLoaded(version, layerName, dataset)
  const weighted = computed(() => layers.value.value?.filter((each) => each.weight !== null) ?? [])

  useFirstChoices(version, dataset)
  watch(
    [version, () => engine.isOpen],
    async () => {
      if (!version.value || !engine.isOpen) return
      await layers.load()
      const asked = weighted.value.find(({ name }) => name === route.query.tensor || name === layerName.value)
      layerName.value = (asked ?? weighted.value[0])?.name ?? ''
    },
    { immediate: true },
  )
  watch([version, layerName, subject, dataset], () => {
    channel.value = -1
    if (!layerName.value) return
    if (subject.value === 'weight') void weight.load()
    else if (dataset.value) void activation.load()
  })
  const loading = computed(() => (subject.value === 'weight' ? weight : activation))
  const channels = computed(() =>
    weight.value.value && !weight.value.value.isSample ? weight.value.value.shape[weight.value.value.channelAxis]! : 0,
  )
  const statistics = computed(() => {
    if (subject.value === 'activation') return activation.value.value && observedStatistics(activation.value.value)
    return (
      weight.value.value &&
      statisticsOf(layerName.value, channelOf(weight.value.value, channel.value < 0 ? undefined : channel.value))
    )
  })
  return {
    versions,
    datasets,
    version,
    layerName,
    subject,
    dataset,
    channel,
    layers,
    weighted,
    loading,
    channels,
    statistics,
  }
}
