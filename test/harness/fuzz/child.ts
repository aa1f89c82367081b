import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FromChild } from './campaign'
import { judge } from './judge'
import { kinds } from './kinds/index'
import { mutated } from './kind'

const peakBytes = (): number => process.resourceUsage().maxRSS * 1024

const send = (message: FromChild): Promise<void> =>
  new Promise((resolve, reject) =>
    process.send?.(message, undefined, undefined, (error) => (error ? reject(error) : resolve())),
  )

/** Reads files one by one and says before each which it is, so that the parent knows which one ended this process. */
export async function runChild([id = '', ...numbers]: readonly string[]): Promise<void> {
  const [seed = 0, first = 0, count = 0] = numbers.map(Number)
  const kind = kinds.find((each) => each.id === id)
  if (!kind) throw new Error(`unknown kind '${id}'`)
  const seeds = await kind.seeds()
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-fuzz-'))
  for (let number = first; number < count; number++) {
    await send({ kind: 'at', number })
    const verdict = await judge(kind, mutated(kind, seeds, seed, number), join(folder, String(number)))
    await send({ kind: 'ended', verdict: verdict.kind, message: 'message' in verdict ? verdict.message : '' })
  }
  rmSync(folder, { recursive: true, force: true })
  await send({ kind: 'done', peakBytes: peakBytes() })
  process.disconnect()
}
