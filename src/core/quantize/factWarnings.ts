import type { QuantizationFacts } from '../../shared/types'

/** Below this share of images on which a simulation and the file name the same class, what the simulation says of the file is not to be relied on. */
const reliableAgreement = 0.99

type Facts = Pick<QuantizationFacts, 'simulatedAgreement' | 'trainingAgreement' | 'pairsAtRisk' | 'cpu'>

/** What a user has to know about the file of an int8 version before relying on it: where it saturates, and where a simulation does not predict it. */
export const factWarnings = (facts: Facts): readonly string[] =>
  [saturation(facts), simulation(facts), training(facts)].filter((warning) => warning !== undefined)

function saturation({ pairsAtRisk: { atRisk, pairs }, cpu, trainingAgreement }: Facts): string | undefined {
  if (atRisk === 0) return undefined
  const where = cpu.saturates ? 'on CPUs without VNNI such as this one' : 'on CPUs without VNNI, but not on this one'
  const training = trainingAgreement ? ', which training does not simulate' : ''
  return `${atRisk} of ${pairs} weight pairs can saturate ${where}${training}: accuracy depends on the CPU; quantize with weightRange pairAware to make it the same everywhere`
}

function simulation({ simulatedAgreement }: Facts): string | undefined {
  if (!simulatedAgreement)
    return 'the integers of this file cannot be simulated, because it is not of the usual form: compare its accuracy on every kind of CPU it is meant for'
  return unreliable('the simulation of its integers', simulatedAgreement)
}

const training = ({ trainingAgreement }: Facts): string | undefined =>
  trainingAgreement ? unreliable('the simulation in training', trainingAgreement) : undefined

function unreliable(
  what: string,
  { top1Agreement, images, largestLogitDifference }: NonNullable<QuantizationFacts['trainingAgreement']>,
): string | undefined {
  if (top1Agreement >= reliableAgreement) return undefined
  return `${what} agrees with the file on only ${(top1Agreement * 100).toFixed(1)}% of ${images} images (largest score difference ${largestLogitDifference.toPrecision(2)}): rely on the accuracy of the file, and look for the cause with nnopt analyze`
}
