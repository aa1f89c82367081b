import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import type { Run } from '../../shared/types'
import { useEngine } from '../stores/engine'
import { attempt } from '../stores/notices'
import { useRuns } from '../stores/runs'
import { useVersions } from '../stores/versions'

const key = 'nnopt.guide'

/** Progress of the guide: the sample is loaded, the int8 version exists, both have been compared. */
export interface GuideState {
  readonly sampleRun?: string | undefined
  readonly baseline?: string | undefined
  readonly int8Run?: string | undefined
}

/** The fastest quantization worth comparing, as in `nnopt demo`. */
const int8Recipe = (baseline: string, dataset: string) => ({
  name: 'quantize the sample',
  steps: [
    { step: 'quantize', id: 'int8', from: baseline, dataset },
    { step: 'evaluate', version: '$int8', dataset },
    { step: 'benchmark', versions: [baseline, '$int8'], rounds: 4 },
  ],
})

function stored(): GuideState {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}') as GuideState
  } catch {
    return {}
  }
}

/** One guide per window. */
const state = ref<GuideState>(stored())

function keep(next: GuideState): void {
  state.value = next
  sessionStorage.setItem(key, JSON.stringify(next))
}

/** Guides through the sample in three clicks. */
export function useGuide() {
  const engine = useEngine()
  const router = useRouter()
  const runs = useRuns()
  const versions = useVersions()
  const runOf = (id: string | undefined): Run | undefined => runs.value?.find((run) => run.id === id)
  const sampleRun = computed(() => runOf(state.value.sampleRun))
  const int8Run = computed(() => runOf(state.value.int8Run))
  const baseline = computed(
    () => state.value.baseline ?? sampleRun.value?.results.find(({ versionId }) => versionId !== undefined)?.versionId,
  )
  const int8 = computed(() => int8Run.value?.results.find(({ versionId }) => versionId !== undefined)?.versionId)
  const hasSample = computed(
    () => baseline.value !== undefined && (state.value.sampleRun === undefined || sampleRun.value?.status === 'done'),
  )

  const loadSample = (): Promise<unknown> =>
    attempt(async () => {
      const { version, run } = await engine.call('sample.start', {})
      keep({ sampleRun: run?.id, baseline: version ?? undefined })
    })
  /** Callable from any screen: runs the first step; the guide then shows the next. */
  async function begin(): Promise<void> {
    await router.push({ name: 'versions' })
    await loadSample()
  }
  const quantize = (): Promise<unknown> =>
    attempt(async () => {
      if (baseline.value === undefined) return
      const run = await engine.call('runs.start', { recipe: int8Recipe(baseline.value, 'sample') })
      keep({ ...state.value, int8Run: run.id })
    })
  /** The next step. */
  const step = computed(() => (!hasSample.value ? 1 : int8Run.value?.status !== 'done' ? 2 : 3))
  const isBusy = computed(() =>
    [sampleRun.value, int8Run.value].some((run) => run?.status === 'running' || run?.status === 'queued'),
  )
  const failed = computed(() =>
    [int8Run.value, sampleRun.value].find(
      (run) => run?.status === 'failed' || run?.status === 'crashed' || run?.status === 'stopped',
    ),
  )
  const isUnderWay = computed(() => state.value.sampleRun !== undefined || state.value.baseline !== undefined)
  const end = (): void => keep({})
  return {
    step,
    isBusy,
    failed,
    isUnderWay,
    sampleRun,
    int8Run,
    baseline,
    int8,
    loadSample,
    begin,
    quantize,
    end,
    versions,
  }
}
