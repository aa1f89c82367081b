import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../../src/core/data/random'
import { NNOptError } from '../../../src/shared/errors'
import { checkWorkspace } from '../../../src/node/doctor/index'
import { openStore } from '../../../src/node/store/index'
import type { Place } from '../crash/kinds'

export interface FlipCounts {
  readonly flips: number
  readonly seen: number
  readonly files: number
  readonly faults: readonly string[]
}

/** Read by people only, or made anew whenever they are wrong. */
const unchecked = /(^|\/)(log\.txt$|\.logs\/|\.presence\/|\.tunings\/|workspace\.db(\.seal|-wal|-shm)$)/

function filesOf(root: string): readonly string[] {
  return (readdirSync(root, { recursive: true }) as string[])
    .filter(
      (name) => !unchecked.test(name) && statSync(join(root, name)).isFile() && statSync(join(root, name)).size > 0,
    )
    .sort()
}

/** Flips one byte of one file after the other, as a failing disk would, and looks whether it is seen. */
export async function flipCampaign({ workspace }: Place, seed: number, count: number): Promise<FlipCounts> {
  const names = filesOf(workspace)
  const usual = new Set(await complaints(workspace))
  const faults: string[] = []
  for (let number = 0; number < count; number++) {
    const random = createRandom(seed, number)
    const name = names[random.integer(names.length)]!
    const place = await flip(join(workspace, name), random.integer, async () =>
      (await complaints(workspace)).some((each) => !usual.has(each)),
    )
    if (!place.wasSeen) faults.push(`flip ${number}: byte ${place.at} of '${name}' was not seen`)
  }
  return { flips: count, seen: count - faults.length, files: names.length, faults }
}

async function flip(
  path: string,
  integer: (below: number) => number,
  look: () => Promise<boolean>,
): Promise<{ readonly at: number; readonly wasSeen: boolean }> {
  const [whole, { mtimeNs }] = [readFileSync(path), statSync(path, { bigint: true })]
  const at = integer(whole.length)
  const flipped = Buffer.from(whole)
  flipped[at] = (whole[at] ?? 0) ^ (1 + integer(255))
  const put = (bytes: Uint8Array): void => {
    writeFileSync(path, bytes)
    // No program wrote this. Node sets times less exactly than file systems keep them.
    spawnSync('touch', [
      '-m',
      '-d',
      `@${mtimeNs / 1_000_000_000n}.${String(mtimeNs % 1_000_000_000n).padStart(9, '0')}`,
      path,
    ])
  }
  put(flipped)
  try {
    return { at, wasSeen: await look() }
  } finally {
    put(whole)
  }
}

/** What is said of a workspace when it is opened and checked. */
async function complaints(workspace: string): Promise<readonly string[]> {
  try {
    const store = await openStore(workspace)
    try {
      const findings = await checkWorkspace(store, false, true)
      return findings.filter(({ status }) => status !== 'ok').map(({ check, message }) => `${check}: ${message}`)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof NNOptError && error.code !== 'internal') return [error.message]
    throw error
  }
}
