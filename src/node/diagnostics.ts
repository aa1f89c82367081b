import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs'
import { arch, cpus, freemem, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { toErrorReport } from '../shared/errors'
import { backendInfos } from './handlers/backendList'
import { instructionLevel } from './inference/cpu'
import { logFolder } from './log/log'
import { withoutPersonalPaths } from './log/personalPaths'
import { programVersion } from './programVersion'
import type { Store } from './store'

const [shownLines, shownFailures] = [60, 5]
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

type Facts = readonly (readonly [name: string, value: string])[]

/** Program, machine, workspace and the end of every log as text. Paths carry no names of people; models and datasets are counted, not named. */
export async function diagnostics(store: Store): Promise<string> {
  const facts = [...programFacts(), ...(await backendFacts()), ...(await workspaceFacts(store))]
  const head = facts.map(([name, value]) => `${name}: ${value}`).join('\n')
  return withoutPersonalPaths([head, ...(await failures(store)), ...logEnds(store.paths.root)].join('\n\n'))
}

const programFacts = (): Facts => [
  ['program', programVersion()],
  [
    'Node',
    `${process.versions.node}${'electron' in process.versions ? `, Electron ${process.versions['electron']}` : ''}`,
  ],
  ['system', `${platform()} ${release()}, ${arch()}`],
  ['CPU', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} threads, ${instructionLevel()}`],
  ['memory', `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`],
  ['time', new Date().toISOString()],
]

const backendFacts = async (): Promise<Facts> =>
  (await backendInfos()).map(({ id, available, version, device, reason }) => [
    `backend ${id}`,
    available ? `${version ?? ''} on ${device ?? 'the CPU'}`.trim() : (reason ?? 'not available'),
  ])

async function workspaceFacts({ paths, versions, datasets, runs, health }: Store): Promise<Facts> {
  const { bavail, bsize } = statfsSync(paths.root)
  const states = (await runs.list()).map(({ status }) => status)
  const problems = await health.problems()
  return [
    ['workspace', `${(await versions.list(false)).length} versions, ${(await datasets.list()).length} datasets`],
    [
      'runs',
      [...new Set(states)].map((status) => `${states.filter((each) => each === status).length} ${status}`).join(', ') ||
        'none',
    ],
    ['disk', `${gigabytes(bavail * bsize)} free`],
    ['database', problems.join('; ') || 'sound'],
  ]
}

/** What the newest runs that failed or crashed were doing. */
async function failures({ runs }: Store): Promise<readonly string[]> {
  const list = (await runs.list(['failed', 'crashed'])).slice(0, shownFailures)
  return list.map(({ finishedAt, recipe, error, results }) => {
    const steps = recipe.steps.map(({ step }, index) => (index === results.length ? `[${step}]` : step)).join(', ')
    return `run that ended ${finishedAt ?? 'at an unknown time'}: ${steps}: ${error?.code ?? 'no error'}`
  })
}

function logEnds(workspace: string): readonly string[] {
  const folder = logFolder(workspace)
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : []
  return names.sort().map((name) => `${name}:\n${endOf(join(folder, name))}`)
}

/** A log that cannot be read is a fact too. */
function endOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-shownLines).join('\n')
  } catch (error) {
    return `cannot be read: ${toErrorReport(error).message}`
  }
}
