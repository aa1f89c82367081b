import { computed, toValue } from 'vue'
import type { MaybeRefOrGetter } from 'vue'
import { z } from 'zod'
import { quantizationAnalysis } from '../../../shared/types'
import type { LayerAnalysis, Run } from '../../../shared/types'
import { t } from '../../i18n'
import { useEngine } from '../../stores/engine'
import { attempt } from '../../stores/notices'
import { useRuns } from '../../stores/runs'

/** An analysis of all layers, not one of layers kept in fp32. */
const about = quantizationAnalysis.unwrap().pick({ version: true }).extend({ kept: z.null() })

const isOf = (run: Run, version: string): boolean =>
  run.recipe.steps.some((entry) => entry.step === 'analyze' && entry.version === version)

/** What quantization does to the layers of a version: the latest analysis, and the run that computes a new one. */
export function useAnalysis(version: MaybeRefOrGetter<string>) {
  const engine = useEngine()
  const runs = useRuns()
  const own = computed(() => (runs.value ?? []).filter((run) => isOf(run, toValue(version))))
  const newest = computed(() => own.value.at(0))
  // The analysis stays the same object while other runs progress, so it is read once.
  const answer = computed(() =>
    own.value
      .flatMap(({ results }) => results.map(({ output }) => output?.analysis))
      .find((each) => each !== undefined && about.safeParse(each).data?.version === toValue(version)),
  )
  const found = computed(() => quantizationAnalysis.safeParse(answer.value).data)
  const byLayer = computed(
    (): ReadonlyMap<string, LayerAnalysis> => new Map(found.value?.layers.map((each) => [each.layer, each]) ?? []),
  )

  const start = (name: string, dataset: string): Promise<Run | undefined> =>
    attempt(() =>
      engine.call('runs.start', {
        recipe: {
          name: t('analysis.runName', { name }),
          steps: [{ step: 'analyze', version: toValue(version), dataset }],
        },
      }),
    )
  return { newest, found, byLayer, start }
}
