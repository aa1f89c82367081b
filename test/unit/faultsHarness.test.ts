import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileFaultyDisk } from '../helpers/faultyDisk'
import type { Place } from '../harness/crash/kinds'
import { clockCampaign, lockCampaign } from '../harness/faults/clockAndDatabase'
import { diskCampaign } from '../harness/faults/disks'
import { flipCampaign } from '../harness/faults/flips'
import { networkCampaign } from '../harness/faults/network'
import { prepare } from '../harness/faults/workplace'
import { temporaryFolder } from '../helpers/temporary'

/** Short forms of what npm run test:faults does. */
const library = compileFaultyDisk(temporaryFolder('faults'))
let place: Place

beforeAll(async () => {
  place = await prepare()
})
afterAll(() => rmSync(dirname(place.workspace), { recursive: true, force: true }))

it('every flipped byte is seen', async () => {
  expect((await flipCampaign(place, 1, 40)).faults).toEqual([])
})

it('a download from a server that fails ends well, or with a sentence', async () => {
  expect((await networkCampaign(1, 10)).wrong).toEqual([])
})

it('a program that locks the database is waited for', async () => {
  expect(await lockCampaign(place, 1, 1)).toEqual([])
})

describe.skipIf(library === undefined)('under a shim (needs Linux and gcc)', () => {
  it('a clock that is set back changes nothing', async () => {
    expect(await clockCampaign(place, library ?? '', 1)).toEqual([])
  })

  it('failing calls to the disk end with a sentence, and runs go on afterwards', async () => {
    expect((await diskCampaign(place, library ?? '', 1, 8)).wrong).toEqual([])
  })
})
