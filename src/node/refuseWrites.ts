import type { Handlers, ProcedureName } from '../shared/contract'
import { NNOptError } from '../shared/errors'
import { procedureRights } from '../shared/procedureRights'
import type { Recipe } from '../shared/types'

/** Procedures that change nothing in the workspace although they take work. */
const harmless: readonly ProcedureName[] = [
  'versions.profile',
  'versions.pruneTimes',
  'versions.pruneSensitivity',
  'versions.pruneMeasure',
  'datasets.probe',
  'runs.pause',
  'runs.stop',
  'runs.move',
  'recipes.check',
  'backends.measure',
  'runtime.install',
  'runtime.cancel',
  'report.create',
]

/** Steps that write their result elsewhere. */
const outside: readonly string[] = ['export', 'results']

/** For a workspace that can only be read: refuses what would change it, and says what can be done. */
export function refuseWrites(handlers: Handlers, workspace: string): Handlers {
  type Handler = (params: never, context: never) => unknown
  const guard = ([name, handler]: [string, Handler]): [string, Handler] => [name, guarded(name, handler, workspace)]
  return Object.fromEntries(Object.entries(handlers as Readonly<Record<string, Handler>>).map(guard)) as Handlers
}

function guarded<H extends (params: never, context: never) => unknown>(name: string, handler: H, workspace: string): H {
  const isFree = procedureRights[name as ProcedureName] === 'look' || harmless.includes(name as ProcedureName)
  const isAllowed = (params: unknown): boolean => {
    if (isFree || name === 'versions.export') return true
    if (name === 'doctor.check') return Reflect.get(Object(params), 'repair') !== true
    return name === 'runs.start' && isForElsewhere(Reflect.get(Object(params), 'recipe') as Recipe)
  }
  const checked = (params: never, context: never): unknown => {
    if (!isAllowed(params)) throw readOnlyError(workspace)
    return handler(params, context)
  }
  return checked as H
}

const isForElsewhere = ({ steps }: Recipe): boolean => steps.every(({ step }) => outside.includes(step))

const readOnlyError = (workspace: string): NNOptError =>
  new NNOptError(
    'storage',
    `workspace '${workspace}': it is read-only: its versions can be shown, compared and exported to another folder; to change something, make it writable or work in a copy`,
    { workspace, readOnly: true },
  )
