import { createRandom } from '../../../src/core/data/random'
import type { Run } from '../../../src/shared/types'
import { faultEnvironment } from '../../helpers/faultyDisk'
import type { DiskFault } from '../../helpers/faultyDisk'
import { kinds } from '../crash/kinds'
import type { CrashKind, Place } from '../crash/kinds'
import { nnopt, runStep } from './workplace'
import type { Outcome } from './workplace'

export interface DiskCounts {
  readonly faults: number
  /** Ended with one sentence, or went on all the same. */
  readonly refused: number
  readonly absorbed: number
  readonly resumed: number
  readonly wrong: readonly string[]
}

const quick = kinds.filter(({ isSlow = false }) => !isSlow)
const codes = ['EIO', 'ENOSPC', 'EROFS', 'EDQUOT'] as const
/** Calls on the workspace's files that a short job makes in one process, about. */
const mostCalls = 150

/** A failing call somewhere in a step of every kind. */
export async function diskCampaign(
  place: Place,
  library: string,
  seed: number,
  count: number,
  tell: (line: string) => void = () => undefined,
): Promise<DiskCounts> {
  const done = { faults: 0, refused: 0, absorbed: 0, resumed: 0 }
  const wrong: string[] = []
  for (let number = 0; number < count; number++) {
    const random = createRandom(seed, number)
    const kind = quick[number % quick.length]!
    const code = codes[random.integer(codes.length)]!
    const lacksRoom = code === 'ENOSPC' || code === 'EDQUOT'
    const fault: DiskFault = {
      path: place.workspace,
      at: 1 + Math.floor(mostCalls ** random.uniform()),
      // Room comes back; a disk that fails may go on failing.
      ...((lacksRoom || random.uniform() < 0.5) && { count: 1 + random.integer(3) }),
      code,
    }
    const where = `fault ${number} (${kind.id}, ${code} at call ${fault.at}, ${fault.count ?? 'all'} calls)`
    const name = `${kind.id}-${number}`
    const outcome = await runStep(place, name, kind.step(name, place), faultEnvironment(library, fault))
    done.faults++
    const problem = judge(outcome)
    if (problem !== undefined) wrong.push(`${where}: ${problem}`)
    if (outcome.code === 0) done.absorbed++
    else done.refused++
    const after = await finish(place, name, kind)
    if (after === 'resumed') done.resumed++
    else if (after !== undefined) wrong.push(`${where}: afterwards: ${after}`)
    if (number % 20 === 19) tell(`${number + 1} disk faults, ${wrong.length} wrong`)
  }
  const { document } = await nnopt(place, ['doctor', '--deep'])
  for (const { check, status, message } of document as readonly { check: string; status: string; message: string }[])
    if (status === 'problem' && check !== 'backends' && !/never finished$/.test(message))
      wrong.push(`doctor: ${check}: ${message}`)
  return { ...done, wrong }
}

const raw = /\b(EIO|ENOSPC|EROFS|EDQUOT|errno|SQLITE|SqliteError)\b|\n\s+at |file:\/\//

/** Why an end is none that a person can use. */
function judge({ code, document, stderr }: Outcome): string | undefined {
  if (code === 0) return undefined
  if (code === null) return 'hung'
  const error: unknown = Reflect.get(Object(document), 'error')
  const [kind, message] = [Reflect.get(Object(error), 'code') as unknown, String(Reflect.get(Object(error), 'message'))]
  if (typeof kind !== 'string' || kind === 'internal' || kind === 'crashed' || raw.test(message))
    return `said ${JSON.stringify(document)}`
  return raw.test(stderr) && /\n\s+at /.test(stderr) ? `wrote ${stderr.slice(0, 300)}` : undefined
}

/** What was begun can be brought to its end once the disk works again. */
async function finish(place: Place, name: string, kind: CrashKind): Promise<string | undefined> {
  const runs = (await nnopt(place, ['runs'])).document as readonly Run[]
  if (!Array.isArray(runs)) return `the workspace cannot be read: ${JSON.stringify(runs)}`
  const run = runs.find((each) => each.name === name)
  if (run === undefined || run.status === 'done') return undefined
  const { code, document } = await nnopt(place, ['resume', run.id])
  return code === 0 ? 'resumed' : `${kind.id} could not be resumed: ${JSON.stringify(document).slice(0, 300)}`
}
