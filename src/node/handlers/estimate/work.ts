import type { DatasetRecord } from '../../datasets/record'

/** The work of a step in its own unit, so that steps of the same kind can be compared. */
export interface Work {
  readonly amount: number
  readonly unit: string
}

export interface WorkFacts {
  readonly macs: number | undefined
  readonly dataset: DatasetRecord | undefined
}

type Params = Readonly<Record<string, unknown>>

const numberOf = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback)

/** Multiply-accumulates if the graph is known, otherwise images. */
const images = (count: number, { macs }: WorkFacts, factor = 1): Work =>
  macs === undefined
    ? { amount: count * factor, unit: 'images' }
    : { amount: count * macs * factor, unit: 'multiply-accumulates' }

const split = (params: Params): 'train' | 'val' | 'test' =>
  params.split === 'train' || params.split === 'val' ? params.split : 'test'

/** The work of a step; undefined if it depends on something unknown. `params` include defaults. */
export function workOf(step: string, params: Params, facts: WorkFacts): Work | undefined {
  const { dataset } = facts
  const isCalibrationOnly = step === 'quantize' && params.mode === 'ptq'
  if (dataset && typeof params.epochs === 'number' && !isCalibrationOnly) {
    const perEpoch = Math.min(numberOf(params.trainLimit, Infinity), dataset.counts.train)
    return images(perEpoch * params.epochs, facts)
  }
  if (step === 'evaluate')
    return dataset && images(Math.min(numberOf(params.limit, Infinity), dataset.counts[split(params)]), facts)
  if (step === 'quantize')
    return dataset && images(Math.min(numberOf(params.calibrationSamples, Infinity), dataset.counts.train), facts)
  if (step === 'benchmark')
    return Array.isArray(params.versions)
      ? { amount: numberOf(params.rounds, 1) * params.versions.length, unit: 'rounds' }
      : undefined
  return { amount: 1, unit: 'steps' }
}
