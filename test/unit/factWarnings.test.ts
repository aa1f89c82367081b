import { describe, expect, it } from 'vitest'
import { factWarnings } from '../../src/core/quantize/factWarnings'

const same = { images: 500, top1Agreement: 1, largestLogitDifference: 0 }
const cpu = { model: 'a', level: 'AVX2 without VNNI', vnni: false, saturates: true, weightRange: 'pairAware' }
const facts: Parameters<typeof factWarnings>[0] = {
  simulatedAgreement: { ...same, saturatingPairs: 0 },
  trainingAgreement: null,
  pairsAtRisk: { pairs: 100, atRisk: 0, atRiskAtFullRange: 9, layers: [] },
  cpu,
}
const atRisk = { ...facts.pairsAtRisk, atRisk: 9 }

describe('warnings of an int8 version', () => {
  it.each([
    { name: 'a file that is simulated to the bit', change: {} },
    {
      name: 'a simulation that misses one image in 100',
      change: { simulatedAgreement: { ...same, top1Agreement: 0.99, saturatingPairs: 0 } },
    },
  ])('are none for $name', ({ change }) => expect(factWarnings({ ...facts, ...change })).toEqual([]))

  it.each([
    {
      name: 'pairs that saturate here',
      change: { pairsAtRisk: atRisk },
      says: /^9 of 100 weight pairs can saturate on CPUs without VNNI such as this one: accuracy .* pairAware/,
    },
    {
      name: 'pairs that saturate elsewhere',
      change: { pairsAtRisk: atRisk, cpu: { ...cpu, vnni: true, saturates: false } },
      says: /^9 of 100 weight pairs can saturate on CPUs without VNNI, but not on this one: accuracy/,
    },
    {
      name: 'trained weights of full range',
      change: { pairsAtRisk: atRisk, trainingAgreement: same },
      says: /such as this one, which training does not simulate: accuracy/,
    },
    {
      name: 'a simulation that misses more',
      change: {
        simulatedAgreement: { ...same, top1Agreement: 0.988, largestLogitDifference: 1.25, saturatingPairs: 0 },
      },
      says: /^the simulation of its integers agrees with the file on only 98\.8% of 500 images \(.* 1\.3\)/,
    },
    {
      name: 'training that misses more',
      change: { trainingAgreement: { ...same, top1Agreement: 0.5 } },
      says: /^the simulation in training agrees with the file on only 50\.0%/,
    },
    {
      name: 'a file that cannot be simulated',
      change: { simulatedAgreement: null },
      says: /^the integers of this file cannot be simulated/,
    },
  ])('name $name', ({ change, says }) =>
    expect(factWarnings({ ...facts, ...change })).toEqual([expect.stringMatching(says)]),
  )
})
