import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compileFaultyDisk } from '../helpers/faultyDisk'
import { clockCampaign, lockCampaign } from './faults/clockAndDatabase'
import { diskCampaign } from './faults/disks'
import { flipCampaign } from './faults/flips'
import { networkCampaign } from './faults/network'
import { prepare } from './faults/workplace'

/** npm run test:faults -- [--seed N] [--disks N] [--flips N] [--clocks N] [--locks N] [--downloads N]: faults of disk, clock, SQLite and network. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    disks: { type: 'string', default: '200' },
    flips: { type: 'string', default: '500' },
    clocks: { type: 'string', default: '4' },
    locks: { type: 'string', default: '4' },
    downloads: { type: 'string', default: '100' },
  },
})

const seed = Number(values.seed)
const place = await prepare()
const source = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'test', 'helpers', 'faultyDisk.c')
const library = compileFaultyDisk(dirname(place.workspace), source)
const wrong: string[] = []
const report = (line: string, found: readonly string[]): void => {
  wrong.push(...found)
  console.log(`${line}; ${found.length} faults`)
}
try {
  const flips = await flipCampaign(place, seed, Number(values.flips))
  report(`flipped bytes: ${flips.flips} in ${flips.files} files, ${flips.seen} seen`, flips.faults)
  const { wrong: downloads } = await networkCampaign(seed, Number(values.downloads))
  report(`network: ${values.downloads} downloads from a server that fails`, downloads)
  report(
    `SQLite: ${values.locks} trainings beside a program that locks`,
    await lockCampaign(place, seed, Number(values.locks)),
  )
  if (library === undefined) console.log('could not run here: faults of disk and clock need Linux and gcc')
  else {
    report(
      `clock: ${values.clocks} trainings while it jumps`,
      await clockCampaign(place, library, Number(values.clocks)),
    )
    const disks = await diskCampaign(place, library, seed, Number(values.disks), (line) => console.log(line))
    report(
      `disk: ${disks.faults} failing calls, ${disks.refused} ended with a sentence, ${disks.absorbed} were absorbed, ${disks.resumed} runs resumed afterwards`,
      disks.wrong,
    )
  }
} finally {
  rmSync(dirname(place.workspace), { recursive: true, force: true })
}
for (const line of wrong) console.log(`fault: ${line}`)
if (wrong.length > 0) process.exitCode = 1
