import type { QuantizationFacts } from '../../shared/types'

/** What decides about sums of int8 products. */
export interface CpuKind {
  readonly model: string
  readonly vnni: boolean | null
  readonly saturates: boolean
}

/** A warning where an int8 version is measured on another kind of CPU than it was made on; undefined on the same kind. */
export function otherCpuWarning(
  { cpu, pairsAtRisk }: Pick<QuantizationFacts, 'pairsAtRisk'> & { readonly cpu: CpuKind },
  here: CpuKind,
): string | undefined {
  if (cpu.vnni === here.vnni && cpu.saturates === here.saturates) return undefined
  const kind = ({ model, vnni, saturates }: CpuKind): string =>
    `${model} (${vnni === null ? 'VNNI unknown' : vnni ? 'VNNI' : 'no VNNI'}, products ${saturates ? 'saturate' : 'do not saturate'})`
  const consequence =
    pairsAtRisk.atRisk === 0
      ? 'its weights cannot saturate, so only speed should differ, not accuracy'
      : `${pairsAtRisk.atRisk} of its weight pairs can saturate: accuracy may differ`
  return `created on ${kind(cpu)}, measured on ${kind(here)}: ${consequence}`
}
