import { clientOf } from '../../helpers/served'
import type { Client } from '../../../src/shared/contract'
import type { Run } from '../../../src/shared/types'
import type { Server } from '../server'
import { jobNumber, writeFiles } from './jobs'
import type { Job } from './jobs'

export interface SoakResult {
  readonly ended: ReadonlyMap<string, number>
  readonly simulatedHours: number
  readonly growthBytes: number
  readonly moreHandles: number
  readonly peakBytes: number
  readonly faults: readonly string[]
}

const [tidyEvery, mostGrowthBytes, mostMoreHandles, mostBytes] = [25, 150e6, 20, 2e9]

/** Runs jobs one after the other, removes what they made now and then, and looks at what the server keeps. */
export async function soak(
  server: Server,
  folder: string,
  { seed, jobs }: { readonly seed: number; readonly jobs: number },
): Promise<SoakResult> {
  const client = await clientOf(server.url, server.token)
  const files = writeFiles(folder)
  const ended = new Map<string, number>()
  const faults: string[] = []
  const runs: Run[] = []
  const uses: number[] = []
  const handles: number[] = []
  for (let number = 0; number < jobs; number++) {
    const job = jobNumber(number, seed, files)
    const run = await runJob(client, job)
    runs.push(run)
    ended.set(run.status, (ended.get(run.status) ?? 0) + 1)
    if (run.status !== job.ends) faults.push(`job ${number}: ${run.status}, ${run.error?.message ?? 'no error'}`)
    if (number % tidyEvery === tidyEvery - 1) await tidy(client)
    const use = server.use()
    uses.push(use?.residentBytes ?? 0)
    handles.push(use?.handles ?? 0)
  }
  const [growthBytes, moreHandles, peakBytes] = [growth(uses), growth(handles), Math.max(...uses)]
  faults.push(...(await damages(client, runs.length)))
  client.close()
  if (server.said() !== '') faults.push(`the server said: ${server.said()}`)
  if (growthBytes > mostGrowthBytes) faults.push(`memory grew by ${growthBytes} bytes`)
  if (moreHandles > mostMoreHandles) faults.push(`${moreHandles} more files are open`)
  if (peakBytes > mostBytes) faults.push(`took ${peakBytes} bytes`)
  return { ended, simulatedHours: hoursBetween(runs[0], runs.at(-1)), growthBytes, moreHandles, peakBytes, faults }
}

async function runJob(client: Client, { recipe }: Job): Promise<Run> {
  const { id } = await client.call('runs.start', { recipe })
  return client.call('runs.wait', { run: id })
}

/** A workspace that is used for months is tidied too. */
async function tidy(client: Client): Promise<void> {
  for (const { id } of await client.call('versions.list', {})) await client.call('versions.remove', { version: id })
  await client.call('versions.purge', {})
}

/** What doctor finds, and runs that are missing. */
async function damages(client: Client, jobs: number): Promise<readonly string[]> {
  const findings = await client.call('doctor.check', {})
  const listed = await client.call('runs.list', {})
  return [
    ...findings
      .filter(({ status }) => status === 'problem')
      .map(({ check, message }) => `doctor: ${check}: ${message}`),
    ...(listed.length === jobs ? [] : [`${jobs} jobs, but ${listed.length} runs are listed`]),
  ]
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** The median of the last fifth over that of the first fifth that came after warming up. */
function growth(values: readonly number[]): number {
  const part = Math.max(1, Math.floor(values.length / 5))
  return median(values.slice(-part)) - median(values.slice(part, 2 * part))
}

const hoursBetween = (first: Run | undefined, last: Run | undefined): number =>
  (Date.parse(last?.finishedAt ?? '') - Date.parse(first?.createdAt ?? '')) / 3_600_000
