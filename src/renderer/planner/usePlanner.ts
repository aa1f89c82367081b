import { defineStore } from 'pinia'
import { computed, reactive, ref, watch } from 'vue'
import type { ParamsOf } from '../../shared/contract'
import { useEngine } from '../stores/engine'
import { createLoadable } from '../stores/loadable'
import { createAnswers } from './answers'
import { createMeasuring } from './measuring'
import { createRatios } from './ratios'
import { createScan } from './scan'
import { initialSettings, ratiosOf } from './settings'
import type { Choice, PlannerSettings } from './settings'
import { createTimes } from './times'

type Asked = ParamsOf<'versions.prunePlan'>

/** A pruning plan in progress. It outlives the screen, so that a scan continues while the user is elsewhere. */
export const usePlanner = defineStore('planner', () => {
  const engine = useEngine()
  const version = ref('')
  const settings = reactive<PlannerSettings>({ ...initialSettings })
  const {
    value: model,
    loading,
    error,
    load,
  } = createLoadable(async () => ({
    of: version.value,
    ...(await engine.call('versions.pruneGroups', { version: version.value })),
  }))
  const open = computed(() => model.value?.groups.filter(({ blocked }) => blocked === null) ?? [])
  const choice = computed<Choice>(() => ({
    version: version.value,
    importance: settings.importance,
    roundTo: settings.roundTo,
    minChannels: settings.minChannels,
  }))

  const ratios = createRatios(open, settings, () => update())
  const scan = createScan(choice)
  const times = createTimes(version, () => update())
  const cut = computed(() => ({ ...choice.value, pruningRatio: ratios.shares.value }))
  const measuring = createMeasuring(
    computed(() => ({
      ...cut.value,
      samples: scan.scanned.samples,
      ...(scan.scanned.dataset && { dataset: scan.scanned.dataset }),
    })),
  )
  const withCurves = (asked: Asked): Asked =>
    scan.sensitivity.value ? { ...asked, sensitivity: scan.sensitivity.value } : asked
  const answers = createAnswers(
    (asked, { counts, cost }) => {
      if (asked.keep && asked.version === version.value) ratios.shares.value = ratiosOf(counts)
      // An idle inspection process has been stopped, and its layer times are lost.
      if (cost.predictedLatencyMs === null && times.timed.threads !== undefined) void times.startTimes()
    },
    () => withCurves(cut.value),
  )

  function update(): void {
    if (model.value?.of !== version.value) return
    const { goal, keep: share, scope } = settings
    answers.ask(
      withCurves(
        goal === 'hand' ? cut.value : { ...choice.value, ...ratios.fixed.value, keep: { target: goal, share }, scope },
      ),
    )
  }
  watch([choice, scan.sensitivity, () => settings.goal, () => settings.keep, () => settings.scope], update)

  /** Switches to another version and discards everything about the previous one. */
  async function choose(id: string): Promise<void> {
    if (id === version.value && model.value?.of === id) return
    scan.cancelScan()
    times.forgetTimes()
    measuring.forgetMeasurement()
    answers.forget()
    version.value = id
    await load()
    if (model.value?.of !== id) return
    ratios.reset()
    await times.startTimes()
  }

  /** Parameters for the prune step that produce exactly this plan. */
  const step = computed(() => ({
    method: `${settings.importance}-structured`,
    pruningRatio: ratiosOf(answers.plan.value?.counts ?? []),
    roundTo: settings.roundTo,
    minChannels: settings.minChannels,
    ...(ratios.kept.value.size > 0 && { protect: [...ratios.kept.value] }),
  }))
  const isCut = computed(() => Object.keys(step.value.pruningRatio).length > 0)

  return {
    version,
    settings,
    model,
    loading,
    error,
    load,
    open,
    choose,
    step,
    isCut,
    ...ratios,
    ...scan,
    ...times,
    ...measuring,
    ...answers,
  }
})
