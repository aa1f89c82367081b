import { defineStore } from 'pinia'
import { computed, reactive, ref, watch } from 'vue'
import type { ParamsOf } from '../../shared/contract'
import { createAnswers } from './answers'
import { createMeasuring } from './measuring'
import { createModel } from './model'
import { createPruneStep } from './pruneStep'
import { createRatios } from './ratios'
import { createScan } from './scan'
import { initialSettings, ratiosOf } from './settings'
import type { Choice, PlannerSettings } from './settings'
import { createTimes } from './times'

type Asked = ParamsOf<'versions.prunePlan'>

const choiceOf = (version: string, { importance, roundTo, minChannels }: PlannerSettings): Choice => ({
  version,
  importance,
  roundTo,
  minChannels,
})

/** The share of a cost to keep, for which the engine sets the ratios. */
const toKeep = ({ goal, keep: share, scope }: PlannerSettings): Pick<Asked, 'keep' | 'scope'> =>
  goal === 'hand' ? {} : { keep: { target: goal, share }, scope }

/** A pruning plan in progress. It outlives the screen, so that a scan continues while the user is elsewhere. */
export const usePlanner = defineStore('planner', () => {
  const version = ref('')
  const settings = reactive<PlannerSettings>({ ...initialSettings })
  const network = createModel(version)
  const { model, load, open } = network
  const choice = computed(() => choiceOf(version.value, settings))

  const ratios = createRatios(open, settings, () => update())
  const scan = createScan(choice)
  const times = createTimes(version, () => update())
  const cut = computed(() => ({ ...choice.value, pruningRatio: ratios.shares.value }))
  const measuring = createMeasuring(
    computed(() => {
      const { samples, dataset } = scan.scanned
      return { ...cut.value, samples, ...(dataset && { dataset }) }
    }),
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
    answers.ask(
      withCurves(
        settings.goal === 'hand' ? cut.value : { ...toKeep(settings), ...choice.value, ...ratios.fixed.value },
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

  return {
    version,
    settings,
    ...network,
    choose,
    ...createPruneStep(settings, ratios, answers),
    ...ratios,
    ...scan,
    ...times,
    ...measuring,
    ...answers,
  }
})
