import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { campaign } from './fuzz/campaign'
import { runChild } from './fuzz/child'
import { judge } from './fuzz/judge'
import { mutated } from './fuzz/kind'
import type { FuzzKind } from './fuzz/kind'
import { kinds } from './fuzz/kinds/index'
import { countsLine, faultLines } from './fuzz/report'

/** npm run test:fuzz -- [--kind ID] [--seed N] [--count N] [--only N]: mutated files of every kind that the program reads. */
const isChild = process.argv[2] === '--child'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string' },
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '10000' },
      only: { type: 'string' },
    },
  })
  const [seed, count] = [Number(values.seed), Number(values.count)]
  const chosen = kinds.filter(({ id }) => values.kind === undefined || id === values.kind)
  if (chosen.length === 0) throw new Error(`unknown kind: expected one of ${kinds.map(({ id }) => id).join(', ')}`)
  for (const kind of chosen) {
    if (values.only !== undefined) await readOne(kind, seed, Number(values.only))
    else await readMany(kind.id, seed, count)
  }
}

async function readMany(kind: string, seed: number, count: number): Promise<void> {
  const counts = await campaign(fileURLToPath(import.meta.url), kind, seed, count)
  console.log([countsLine(kind, counts), ...faultLines(kind, seed, counts)].join('\n'))
  if (counts.faults.length > 0) process.exitCode = 1
}

/** Reads one file again and keeps it, for the corpus. */
async function readOne(kind: FuzzKind, seed: number, number: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-fuzz-'))
  const file = mutated(kind, await kind.seeds(), seed, number)
  const path = join(folder, file.name)
  writeFileSync(path, file.bytes)
  console.log(`${path}\n${JSON.stringify(await judge(kind, file, join(folder, 'scratch')), null, 2)}`)
}

await (isChild ? runChild(process.argv.slice(3)) : main())
