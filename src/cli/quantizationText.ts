import type { FormAgreement, QuantizationFacts, QuantizationGoal } from '../shared/types'
import { bytes, figure, integer, percent } from './output/format'
import { facts, table } from './output/table'

const points = (difference: number): string => `${difference > 0 ? '+' : ''}${(difference * 100).toFixed(2)}`

/** Facts about an int8 version, for a terminal. */
export function quantizationText(q: QuantizationFacts): string {
  const { validation: v, pairsAtRisk: p, cpu } = q
  const rungs = q.rungs.map(({ rung, kept, seconds, effect }) => [
    rung,
    kept ? 'kept' : 'dropped',
    `${figure(seconds)} s`,
    percent(effect.accuracy),
    points(effect.difference),
    percent(effect.agreement),
    effect.divergence.toFixed(5),
  ])
  return [
    facts([
      [
        'validation',
        v
          ? `${percent(v.accuracy)}, ${points(v.difference)} points (95% CI ${v.differenceInterval.map(points).join(' to ')}) on ${integer(v.samples)} images; fp32 ${percent(v.referenceAccuracy)}`
          : 'not measured: the dataset has no validation images',
      ],
      ['simulation', q.simulatedAgreement ? agreementText(q.simulatedAgreement) : 'not compared'],
      ...(q.trainingAgreement ? [['in training', agreementText(q.trainingAgreement)] as const] : []),
      ['padded', q.paddedAgreement ? paddedText(q.paddedAgreement) : 'no channels to pad, or none that could be'],
      ['kept in fp32', q.floatNodes.map(({ node, reason }) => `${node} (${reason})`).join('; ') || 'none'],
      ['unfused', q.unfusedOperators.map(({ name, op }) => `${op} ${name}`).join(', ') || 'none'],
      [
        'pairs at risk',
        `${integer(p.atRisk)} of ${integer(p.pairs)}; ${integer(p.atRiskAtFullRange)} with full-range weights`,
      ],
      ['created on', `${cpuText(cpu)}; u8×s8 products ${cpu.saturates ? 'saturate' : 'do not saturate'} here`],
      [
        'calibration',
        `${integer(q.calibration.images)} ${q.calibration.split} images, ${q.calibration.strategy}, seed ${q.calibration.seed}`,
      ],
      ...(q.stability
        ? [
            [
              'stability',
              `scales of ${q.stability.seeds.length} seeds differ by ${percent(q.stability.median)} (median), ${percent(q.stability.largest)} at most (${q.stability.value})`,
            ] as const,
          ]
        : []),
    ]),
    rungs.length > 0 ? table(['rung', '', 'time', 'accuracy', 'points', 'agreement', 'divergence'], rungs) : '',
  ]
    .filter(Boolean)
    .join('\n\n')
}

const agreementText = ({ top1Agreement, images, largestLogitDifference }: FormAgreement): string =>
  `${percent(top1Agreement)} agreement on ${integer(images)} images, largest score difference ${figure(largestLogitDifference)}`

function paddedText(padded: NonNullable<QuantizationFacts['paddedAgreement']>): string {
  const { effect } = padded
  const accuracy = effect
    ? `, ${points(effect.difference)} points (95% CI ${effect.differenceInterval.map(points).join(' to ')})`
    : ''
  return `${agreementText(padded)}${accuracy}`
}

const cpuText = ({ model, level }: QuantizationFacts['cpu']): string => (level === '' ? model : `${model}, ${level}`)

/** The trials of a goal, in order. */
export const goalText = ({ message, trials }: QuantizationGoal): string =>
  [
    table(
      ['version', 'accuracy', 'points', '95% CI', 'file', 'speedup', ''],
      trials.map((t) => [
        t.name,
        percent(t.accuracy),
        points(t.difference),
        t.differenceInterval.map(points).join(' to '),
        bytes(t.sizeBytes),
        t.speedup === null ? '–' : `${t.speedup.toFixed(2)}×`,
        t.missed.join('; ') || 'meets the goal',
      ]),
    ),
    message,
  ].join('\n\n')
