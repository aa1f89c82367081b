import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../../src/core/data/random'
import { toErrorReport } from '../../../src/shared/errors'
import type { RecipeStep, Run } from '../../../src/shared/types'
import { writeImageFolder } from '../../helpers/images'
import { writeTinyModel } from '../../helpers/models'
import { startHost } from './hostProcess'
import type { HostProcess } from './hostProcess'
import { kinds } from './kinds'
import type { CrashKind, Place } from './kinds'

const victims = ['job', 'host', 'all'] as const

/** What a campaign saw. */
export interface CrashCounts {
  readonly kills: number
  /** Kills that met the job at work; the others came before its start or after its end. */
  readonly atWork: number
  readonly resumed: number
  readonly equal: number
  readonly versions: number
  readonly faults: readonly string[]
}

interface Reference {
  readonly kind: CrashKind
  readonly result: string
  readonly durationMs: number
}

/** Kills host, job or both at random moments of every kind of step, resumes, and compares with what undisturbed runs made. */
export async function crashCampaign(
  seed: number,
  count: number,
  { only, tell = () => undefined }: { readonly only?: string | undefined; readonly tell?: (line: string) => void } = {},
): Promise<CrashCounts> {
  const place = await prepare()
  const campaign = new Campaign(place, await startHost(place.workspace), seed, tell)
  try {
    return await campaign.run(
      kinds.filter(({ id, isSlow = false }) => (only === undefined ? !isSlow : id === only)),
      count,
    )
  } finally {
    rmSync(join(place.workspace, '..'), { recursive: true, force: true })
  }
}

async function prepare(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-crash-'))
  const place: Place = {
    workspace: join(folder, 'workspace'),
    images: join(folder, 'images'),
    model: join(folder, 'tiny.onnx'),
    exports: join(folder, 'exports'),
  }
  mkdirSync(place.exports)
  await writeImageFolder(place.images, { perClass: { train: 24, test: 6 } })
  writeTinyModel(place.model)
  return place
}

class Campaign {
  private readonly faults: string[] = []
  private readonly done = { kills: 0, atWork: 0, resumed: 0, equal: 0 }

  constructor(
    private readonly place: Place,
    private host: HostProcess,
    private readonly seed: number,
    private readonly tell: (line: string) => void,
  ) {}

  async run(chosen: readonly CrashKind[], count: number): Promise<CrashCounts> {
    await this.whole({ step: 'dataset-add', name: 'colours', paths: [this.place.images] }, 'colours')
    await this.whole({ step: 'import', file: this.place.model, name: 'base' }, 'base')
    const references: Reference[] = []
    for (const kind of chosen) references.push(await this.reference(kind))
    for (let number = 0; number < count; number++) await this.strike(number, references)
    const versions = await this.host.client.call('versions.list', { deleted: false })
    await this.look()
    await this.host.close()
    return { ...this.done, versions: versions.length, faults: this.faults }
  }

  private async whole(step: RecipeStep, name: string): Promise<Run> {
    const { client } = this.host
    const { id } = await client.call('runs.start', { recipe: { name, steps: [step] } })
    const run = await client.call('runs.wait', { run: id })
    if (run.status !== 'done')
      throw new Error(`'${name}' did not work undisturbed: ${run.error?.message ?? run.status}`)
    return run
  }

  private async reference(kind: CrashKind): Promise<Reference> {
    const startedAt = performance.now()
    const run = await this.whole(kind.step(`whole-${kind.id}`, this.place), `whole-${kind.id}`)
    const durationMs = performance.now() - startedAt
    this.tell(`${kind.id}: ${durationMs.toFixed(0)} ms undisturbed`)
    return { kind, durationMs, result: await kind.result(run, `whole-${kind.id}`, this.place, this.host.client) }
  }

  private async strike(number: number, references: readonly Reference[]): Promise<void> {
    const random = createRandom(this.seed, number)
    const { kind, result, durationMs } = references[number % references.length]!
    const victim = victims[random.integer(victims.length)]!
    const name = `${kind.id}-${number}`
    const delayMs = random.uniform() * durationMs
    const where = `kill ${number} (${kind.id}, ${victim}, after ${delayMs.toFixed(0)} ms)`
    try {
      const { id } = await this.host.client.call('runs.start', {
        recipe: { name, steps: [kind.step(name, this.place)] },
      })
      await sleep(delayMs)
      await this.kill(id, victim)
      const run = await this.finish(id)
      const found =
        run.status === 'done' ? await kind.result(run, name, this.place, this.host.client) : run.error?.message
      if (found === result) this.done.equal++
      else this.faults.push(`${where}: expected ${result}, got ${run.status} ${found ?? ''}`)
    } catch (error) {
      this.faults.push(`${where}: ${toErrorReport(error).message}`)
      if (this.host.pid > 0) await this.host.kill()
      this.host = await startHost(this.place.workspace)
    }
    if (number % 25 === 24) this.tell(`${number + 1} kills, ${this.faults.length} faults`)
  }

  private async kill(id: string, victim: (typeof victims)[number]): Promise<void> {
    const { pid, status } = await this.host.client.call('runs.get', { run: id })
    const job = pid !== null && pid !== this.host.pid && status === 'running' ? pid : undefined
    this.done.kills++
    if (job !== undefined) this.done.atWork++
    if (victim !== 'host' && job !== undefined) end(job)
    if (victim === 'job') return
    await this.host.kill()
    this.host = await startHost(this.place.workspace)
  }

  /** Resumes what can be resumed, as a person would. */
  private async finish(id: string): Promise<Run> {
    const { client } = this.host
    const before = await client.call('runs.wait', { run: id })
    if (before.status === 'done') return before
    this.done.resumed++
    await client.call('runs.resume', { run: id })
    return client.call('runs.wait', { run: id })
  }

  /** Everything that is there is whole. */
  private async look(): Promise<void> {
    const expected = ['backends', 'disk space', 'locks', 'runtimes']
    for (const { check, status, message } of await this.host.client.call('doctor.check', { deep: true }))
      if (status === 'problem' && !expected.includes(check) && !/was never finished$/.test(message))
        this.faults.push(`doctor: ${check}: ${message}`)
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It has ended by itself meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
