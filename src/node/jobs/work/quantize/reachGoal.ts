import { availableParallelism } from 'node:os'
import type { PtqConfig } from '../../../../core/quantize/config'
import { distanceFrom, imagesToDecide, missedGoals } from '../../../../core/quantize/goal'
import type { GoalConfig, TrialFacts } from '../../../../core/quantize/goal'
import { atLeast } from '../../../../shared/atLeast'
import type { QuantizationFacts, QuantizationTrial, Version } from '../../../../shared/types'
import { benchmark } from '../../../inference/benchmark/index'
import { freeName } from '../../../store/resolve'
import type { StepContext, StepOutput } from '../../step'
import type { QuantizeParams } from './parameters'
import { worstLayers } from './analyzeVersion'
import type { Climbed } from './ladder'
import { bareRungs, rungOrder } from './ladder'
import type { Rungs } from './network'
import { networkBuilder } from './network'
import { saveQuantized } from './saveQuantized'
import type { Workbench } from './workbench'

/** Layers that are kept in float when every rung was not enough. */
const keptCounts = [1, 2, 4]

interface Trial {
  readonly version: Version
  readonly record: QuantizationTrial
  readonly facts: TrialFacts
  readonly climbed: Climbed
}

interface Attempt {
  readonly rungs: Rungs
  readonly keep: readonly string[]
}

/** Climbs from cheap to dear and stops at the first version that meets the goal on the validation split; every trial is a version. */
export async function reachGoal(
  context: StepContext,
  bench: Workbench,
  { config, name }: QuantizeParams,
  goal: GoalConfig,
): Promise<StepOutput> {
  const trials: Trial[] = []
  const attempt = async ({ rungs, keep }: Attempt): Promise<boolean> => {
    const trial = await runTrial(
      context,
      bench,
      { ...config, keepFp32: [...config.keepFp32, ...keep] },
      rungs,
      goal,
      name,
    )
    trials.push(trial)
    context.log(`${trial.record.name}: ${trial.record.missed.join('; ') || 'meets the goal'}`)
    return trial.record.missed.length === 0
  }
  const met = await climbUntil(context, bench, config, trials, attempt)
  const closest = [...trials].sort((a, b) => distanceFrom(a.facts, goal) - distanceFrom(b.facts, goal))[0]!
  const chosen = met ? trials[trials.length - 1]! : closest
  const records = trials.map(({ record }) => record)
  const output = {
    accuracy: chosen.record.accuracy,
    accuracyInterval: chosen.record.accuracyInterval,
    goal: { met, message: messageOf(met, chosen.record, records.length), trials: records },
    trials: records,
  }
  return { versionId: chosen.version.id, output }
}

async function climbUntil(
  context: StepContext,
  bench: Workbench,
  config: PtqConfig,
  trials: readonly Trial[],
  attempt: (attempt: Attempt) => Promise<boolean>,
): Promise<boolean> {
  let rungs: Rungs = { ...bareRungs, foldBatchNorm: config.foldBatchNorm }
  if (await attempt({ rungs, keep: [] })) return true
  for (const rung of rungOrder.filter((name) => config[name] || name === 'adaround')) {
    const before = trials[trials.length - 1]!
    if (await attempt({ rungs: { ...rungs, [rung]: true }, keep: [] })) return true
    if (trials[trials.length - 1]!.record.difference >= before.record.difference) rungs = { ...rungs, [rung]: true }
  }
  const best = [...trials].sort((a, b) => b.record.difference - a.record.difference)[0]!
  const worst = await worstLayers(best.climbed.network, bench, config, context)
  for (const count of keptCounts.filter((number) => number <= worst.length)) {
    if (await attempt({ rungs: best.climbed.rungs, keep: worst.slice(0, count) })) return true
  }
  return false
}

async function runTrial(
  context: StepContext,
  bench: Workbench,
  config: PtqConfig,
  rungs: Rungs,
  goal: GoalConfig,
  wanted: string | undefined,
): Promise<Trial> {
  const builder =
    config.keepFp32.length > 0
      ? networkBuilder(bench.source, { ...bench.quantization, config }, bench.calibration, context)
      : bench.builder
  const climbed: Climbed = { network: await builder.build(rungs), rungs, reports: [] }
  const on = rungOrder.filter((rung) => rungs[rung])
  const name = await freeName(
    context.store,
    `${wanted ?? `${bench.parent.name}-ptq`}-${config.keepFp32.length > 0 ? `float${config.keepFp32.length}` : (on.at(-1) ?? 'plain')}`,
  )
  const { version, facts } = await saveQuantized(context, bench, climbed, { ...config, ...rungs }, name)
  const comparison = facts.validation as NonNullable<QuantizationFacts['validation']>
  const known = { comparison, sizeBytes: version.sizeBytes, speedup: undefined }
  const speedup =
    goal.minSpeedup !== undefined && missedGoals(known, goal).length === 0
      ? await speedupOf(context, bench, version)
      : undefined
  const trialFacts = { ...known, speedup }
  const record = {
    id: version.id,
    name,
    rungs: on,
    keptInFloat: config.keepFp32,
    accuracy: comparison.accuracy,
    accuracyInterval: comparison.accuracyInterval,
    difference: comparison.difference,
    differenceInterval: comparison.differenceInterval,
    sizeBytes: version.sizeBytes,
    speedup: speedup ?? null,
    missed: missedGoals(trialFacts, goal),
    imagesToDecide: imagesToDecide(comparison, goal.maxDrop),
  }
  return { version, record, facts: trialFacts, climbed }
}

/** Batches as in a service; rounds enough for a ratio. */
const speedProtocol = { batches: [8], rounds: 6 }

async function speedupOf(
  { store, progress, signal }: StepContext,
  { parent, images }: Workbench,
  version: Version,
): Promise<number> {
  progress({ label: 'measuring throughput', done: 0 })
  const models = [parent, version].map(({ id }) => ({ id, model: store.paths.model(id), imageShape: images.shape }))
  const { results } = await benchmark(models, { ...speedProtocol, threads: [availableParallelism()], signal })
  const [float, quantized] = atLeast(2, results)
  return quantized.throughput.median / float.throughput.median
}

function messageOf(
  met: boolean,
  { name, difference, differenceInterval: [low, high], missed, imagesToDecide: images }: QuantizationTrial,
  trials: number,
): string {
  const points = (share: number): string => (share * 100).toFixed(2)
  const measured = `difference ${points(difference)} points, 95% CI ${points(low)} to ${points(high)}`
  const open =
    images === null
      ? ''
      : `; the interval includes the limit: about ${Number.isFinite(images) ? images.toLocaleString('en') : 'any number of'} images would settle it`
  if (met) return `'${name}' meets the goal after ${trials} ${trials === 1 ? 'trial' : 'trials'}: ${measured}${open}`
  return `none of ${trials} trials meets the goal; '${name}' comes closest: it ${missed.join(' and ')} (${measured})${open}; to continue with training from there, use --mode qat`
}
