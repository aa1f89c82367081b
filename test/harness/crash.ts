import { parseArgs } from 'node:util'
import { crashCampaign } from './crash/campaign'

/** npm run test:crash -- [--seed N] [--count N] [--kind ID]: kills of host, job and both at random moments of every kind of step. */
const { values } = parseArgs({
  options: {
    kind: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '300' },
  },
})

const startedAt = performance.now()
const { kills, atWork, resumed, equal, versions, faults } = await crashCampaign(
  Number(values.seed),
  Number(values.count),
  { only: values.kind, tell: (line) => console.log(line) },
)
console.log(
  `${kills} kills, ${atWork} of them at work: ${resumed} runs resumed, ${equal} ended with the result of an undisturbed run; ${versions} versions intact; ${faults.length} faults; ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
)
for (const fault of faults) console.log(`fault: ${fault}`)
if (faults.length > 0) process.exitCode = 1
