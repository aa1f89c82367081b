import { expect, it } from 'vitest'
import { crashCampaign } from '../harness/crash/campaign'
import { kinds } from '../harness/crash/kinds'

it('one kill in every kind of step loses nothing; npm run test:crash makes more', async () => {
  const { kills, equal, faults } = await crashCampaign(1, kinds.length)
  expect(faults).toEqual([])
  expect([kills, equal]).toEqual([kinds.length, kinds.length])
})
