import type { Deployment, Recommendation } from '../../shared/types'

type Choice = Recommendation['here']

const inPoints = (share: number): string => `${(share * 100).toFixed(2)} points`
const loss = ({
  accuracy: {
    difference,
    differenceInterval: [low, high],
  },
}: Deployment): string => `${inPoints(difference)} vs. fp32 (95% CI ${inPoints(low)} to ${inPoints(high)})`

/** Whether an accuracy may be `limit` below the float network's or better, by its interval's better end: a small sample excludes nothing that it cannot. */
const isAccurate = ({ accuracy }: Deployment, limit: number): boolean =>
  accuracy.differenceInterval[1] >= -limit && accuracy.difference >= -2 * limit

/** Whether the 95% intervals of two speeds are apart. */
const isFaster = ({ samplesPerSecond: second }: Deployment, { samplesPerSecond: first }: Deployment): boolean =>
  (second?.low ?? 0) > (first?.high ?? 0)

/** The fastest of those that were timed here and lose at most `maxDrop`; of equally fast ones the first, which changes the network least. */
export function chooseHere(deployments: readonly Deployment[], maxDrop: number): Choice {
  const timed = deployments.filter(({ samplesPerSecond }) => samplesPerSecond !== null)
  const speed = ({ samplesPerSecond }: Deployment): number => samplesPerSecond?.median ?? 0
  const accurate = timed.filter((each) => each.kind === 'fp32' || isAccurate(each, maxDrop))
  const best = accurate.reduce((first, second) => (isFaster(second, first) ? second : first))
  const float = timed.find(({ kind }) => kind === 'fp32') ?? best
  const dropped = timed
    .filter((each) => !accurate.includes(each))
    .map((each) => `${each.kind} loses more than ${inPoints(maxDrop)}: ${loss(each)}`)
  const why =
    best.kind === 'fp32'
      ? 'no int8 variant is both accurate enough and faster'
      : `the fastest variant that keeps its accuracy: ${(speed(best) / speed(float)).toFixed(2)}× the speed of fp32, ${loss(best)}`
  return { kind: best.kind, why: [why, ...dropped].join('; ') }
}

/** Between the file as it is, its exact sums, and 7-bit weights, from accuracy: what a CPU with VNNI cannot time is not weighed. */
export function chooseWithoutVnni(deployments: readonly Deployment[], maxDrop: number): Choice {
  const of = (kind: Deployment['kind']): Deployment | undefined => deployments.find((each) => each.kind === kind)
  const [saturating, sevenBit] = [of('int8-saturating'), of('int8-7bit')]
  if (saturating?.pairsAtRisk === 0)
    return {
      kind: 'int8-saturating',
      why: 'no pair of its weights can saturate, so the file gives the same results on every CPU with the fastest kernels',
    }
  if (saturating && isAccurate(saturating, maxDrop))
    return {
      kind: 'int8-saturating',
      why: `${saturating.pairsAtRisk} pairs of weights can saturate, but this costs little accuracy: ${loss(saturating)}`,
    }
  if (sevenBit && isAccurate(sevenBit, maxDrop))
    return {
      kind: 'int8-7bit',
      why: `saturation costs accuracy (${saturating ? loss(saturating) : 'not computed'}); 7-bit weights cannot saturate and use the fastest kernels: ${loss(sevenBit)}`,
    }
  return {
    kind: 'int8-exact',
    why: `saturation and 7-bit weights both cost accuracy: run the file with session.x64quantprecision=1, which is exact but slower, or quantize again with pairAware weights`,
  }
}
