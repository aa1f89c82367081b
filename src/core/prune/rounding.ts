import type { Group } from './dependencyGraph'

export interface RoundingConfig {
  /** Channel counts become multiples of this (those of wide layers of 16), or stay as they are. */
  readonly roundTo: number
  /** No layer gets fewer channels. */
  readonly minChannels: number
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/** Positions of the first producer that one unit stands for: more than one in grouped convolutions. */
function positionsPerUnit({ producers, units }: Group): number {
  const each = producers[0]!.ids.length / units.length
  return Number.isInteger(each) ? each : 1
}

/** From so many channels on, multiples of 16: runtimes compute in blocks of 8 or, with AVX-512, 16 channels, and a half-empty block is lost where layers are wide. */
const wide = { channels: 64, roundTo: 16 } as const

const rounding = (channels: number, roundTo: number): number =>
  channels >= wide.channels && wide.roundTo % roundTo === 0 && roundTo > 1 ? wide.roundTo : roundTo

/** The nearest number of units that a group may keep, between its floor and all of them. */
export function allowedCount(group: Group, wanted: number, { roundTo, minChannels }: RoundingConfig): number {
  const all = group.units.length
  const each = positionsPerUnit(group)
  const multiple = rounding(wanted * each, roundTo)
  const step = multiple / greatestDivisor(multiple, each)
  const floor = Math.min(all, Math.ceil(Math.max(1, minChannels / each) / step) * step)
  const rounded = Math.round(wanted / step) * step
  // An odd count that nothing is taken from stays odd.
  return wanted >= all || rounded >= all ? all : Math.max(floor, rounded)
}
