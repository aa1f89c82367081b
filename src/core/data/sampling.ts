import { NNOptError } from '../../shared/errors'
import { apportion } from './apportion'
import { createRandom, shuffled } from './random'
import type { Random } from './random'

/** `random`: every sample is equally likely · `stratified`: classes in their proportions · `per-class`: as many of each class, as far as they go. */
export const samplingStrategies = ['random', 'stratified', 'per-class'] as const
export type SamplingStrategy = (typeof samplingStrategies)[number]

export interface SamplingOptions {
  readonly strategy: SamplingStrategy
  readonly seed: number
}

/**
 * Positions of `count` different samples out of those with the given labels, in random order; all of them when there are fewer.
 * The same labels, count, strategy and seed give the same answer everywhere.
 */
export function sampleIndices(labels: Int32Array, count: number, { strategy, seed }: SamplingOptions): Int32Array {
  if (!Number.isInteger(count) || count < 1)
    throw new NNOptError('wrongCall', `number of samples: expected a whole number from 1, got ${count}`)
  const random = createRandom(seed)
  const order = shuffled(labels.length, random)
  if (strategy === 'random' || count >= labels.length) return order.slice(0, count)
  const byClass = grouped(order, labels)
  const sizes = byClass.map((members) => members.length)
  const weights = strategy === 'stratified' ? sizes : sizes.map((size) => Math.sign(size))
  const quotas = apportion(count, weights, sizes)
  return reordered(
    byClass.flatMap((members, label) => members.slice(0, quotas[label])),
    random,
  )
}

/** Sample positions by label, in the order given; index = label. */
function grouped(order: Int32Array, labels: Int32Array): readonly (readonly number[])[] {
  const groups: number[][] = []
  for (const index of order) (groups[labels[index]!] ??= []).push(index)
  return Array.from(groups, (members) => members ?? [])
}

const reordered = (values: readonly number[], random: Random): Int32Array =>
  shuffled(values.length, random).map((index) => values[index]!)
