import type { Run } from '../shared/types'
import type { Cli } from './cli'
import { dateTime, duration } from './output/format'
import { table } from './output/table'

/** Prints a finished run and what each step made. */
export function printRun({ print }: Cli, run: Run): void {
  const rows = run.results.map((result, index) => [
    String(index + 1),
    run.recipe.steps[index]!.step,
    duration(result.seconds),
    result.versionId ?? '–',
  ])
  print(run, () => `run '${run.name}' (${run.id}): ${run.status}\n${table(['step', 'kind', 'time', 'version'], rows)}`)
}

export const runTable = (runs: readonly Run[]): string =>
  table(
    ['name', 'id', 'status', 'steps', 'created'],
    runs.map(({ name, id, status, results, recipe, createdAt }) => [
      name,
      id,
      status,
      `${results.length} of ${recipe.steps.length}`,
      dateTime(createdAt),
    ]),
  )
