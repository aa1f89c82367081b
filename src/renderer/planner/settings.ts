import type { ChannelPlan, PruningGroup } from '../../shared/types'

export type GoalTarget = 'params' | 'macs' | 'latency'

/** What the user has set, before anything is pruned. */
export interface PlannerSettings {
  importance: string
  roundTo: number
  minChannels: number
  /** 'hand': every group follows its slider. */
  goal: GoalTarget | 'hand'
  /** Share of the goal's cost to keep. */
  keep: number
  scope: 'local' | 'global'
}

/** What determines which channels are removed, regardless of how many. */
export interface Choice {
  readonly version: string
  readonly importance: string
  readonly roundTo: number
  readonly minChannels: number
}

export const initialSettings: Readonly<PlannerSettings> = {
  importance: 'l1',
  roundTo: 8,
  minChannels: 8,
  goal: 'hand',
  keep: 0.5,
  scope: 'local',
}

/** The largest share, in whole percent, that leaves a group one channel. */
export const mostPercent = (channels: number): number =>
  Math.max(0, Math.min(95, Math.floor(100 * (1 - 0.5 / channels))))

/** Four decimals distinguish every count of up to 5,000 channels. */
const rounded = (share: number): number => Math.round(share * 10_000) / 10_000

/** Ratios that lead to these counts, by group; complete groups have none. */
export const ratiosOf = (counts: ChannelPlan['counts']): Readonly<Record<string, number>> =>
  Object.fromEntries(
    counts.flatMap(({ name, before, after }) => (after < before ? [[name, rounded(1 - after / before)]] : [])),
  )

/** The groups that the listed layers belong to, and the layers that belong to no group. */
export function groupsOfLayers(
  groups: readonly PruningGroup[],
  layers: readonly string[],
): { readonly groups: readonly string[]; readonly unknown: readonly string[] } {
  const found = groups.filter((group) => group.layers.some((layer) => layers.includes(layer)))
  return {
    groups: found.map(({ name }) => name),
    unknown: layers.filter((layer) => !found.some((group) => group.layers.includes(layer))),
  }
}
