import { z } from 'zod'
import { onlyWhen } from '../../shared/onlyWhen'
import { orShort } from '../../shared/shortForm'
import type { ScoreComparison } from '../measure/compareScores'

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}

const sizePattern = /^(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB|KiB|MiB|GiB)?$/

/** Bytes in '3MB', '2.5 MiB' or '3000000'. */
function bytesIn(text: string): number {
  const [, number = '0', unit = 'B'] = sizePattern.exec(text) ?? []
  return Number(number) * units[unit]!
}

/** What a quantized version has to reach. */
export const goalConfig = z.object({
  ...onlyWhen(
    { field: 'mode', is: ['ptq'] },
    {
      goal: z
        .boolean()
        .default(false)
        .describe(
          'Try the rungs in order of cost, each as a version, until one meets the accuracy, speedup and size goals',
        ),
    },
  ),
  ...onlyWhen(
    { field: 'goal', is: [true] },
    {
      maxDrop: z.number().min(0).max(1).default(0.005).describe('Goal: maximum accuracy drop, as a fraction'),
      minSpeedup: z
        .number()
        .positive()
        .optional()
        .describe('Goal: minimum throughput relative to the fp32 version, measured in turns'),
      maxSize: orShort(z.number().positive(), {
        pattern: sizePattern,
        expected: 'expected a size such as 3MB, 2.5 MiB or 3000000',
        read: bytesIn,
      })
        .optional()
        .describe('Goal: maximum file size, such as 3MB'),
    },
  ),
})

export type GoalConfig = z.output<typeof goalConfig>

/** What is known of a trial. */
export interface TrialFacts {
  readonly comparison: Pick<ScoreComparison, 'difference' | 'differenceInterval' | 'samples'>
  readonly sizeBytes: number
  /** Undefined where it was not measured. */
  readonly speedup: number | undefined
}

/** Parts of the goal that a trial misses, in words; empty when it meets it. */
export function missedGoals(
  { comparison, sizeBytes, speedup }: TrialFacts,
  { maxDrop, minSpeedup, maxSize }: GoalConfig,
): readonly string[] {
  const points = (share: number): string => `${(share * 100).toFixed(2)} points`
  return [
    ...(comparison.difference < -maxDrop
      ? [`loses ${points(-comparison.difference)} (at most ${points(maxDrop)} allowed)`]
      : []),
    ...(maxSize !== undefined && sizeBytes > maxSize ? [`has ${sizeBytes} bytes (at most ${maxSize} allowed)`] : []),
    ...(minSpeedup !== undefined && speedup !== undefined && speedup < minSpeedup
      ? [`is ${speedup.toFixed(2)}× as fast (at least ${minSpeedup}× wanted)`]
      : []),
  ]
}

/** Images after which the interval of the difference would no longer contain the limit, if the difference stayed as it is; null where it does not contain it now. */
export function imagesToDecide(
  { difference, differenceInterval: [low, high], samples }: TrialFacts['comparison'],
  maxDrop: number,
): number | null {
  if (low > -maxDrop || high < -maxDrop) return null
  const distance = Math.abs(difference + maxDrop)
  return distance === 0 ? Infinity : Math.ceil(samples * ((high - low) / 2 / distance) ** 2)
}

/** Largest first: how far a trial is from the goal. Accuracy counts in points, size and speed in shares. */
export function distanceFrom(
  { comparison, sizeBytes, speedup }: TrialFacts,
  { maxDrop, minSpeedup, maxSize }: GoalConfig,
): number {
  const drop = Math.max(0, -comparison.difference - maxDrop) * 100
  const size = maxSize === undefined ? 0 : Math.max(0, sizeBytes / maxSize - 1)
  const speed = minSpeedup === undefined || speedup === undefined ? 0 : Math.max(0, minSpeedup / speedup - 1)
  return drop + size + speed
}
