import type { ResultOf } from '../shared/contract'
import type { Run, Version } from '../shared/types'
import type { Cli } from './cli'
import { bytes, dateTime, figure, percent } from './output/format'
import { facts, table } from './output/table'
import { quantizationText } from './quantizationText'
import { tuningText } from './tuningText'

export type VersionDetails = ResultOf<'versions.get'>

/** Prints the version made by the last step of a run. */
export async function printMadeVersion(cli: Cli, run: Run): Promise<void> {
  const id = run.results.findLast(({ versionId }) => versionId !== undefined)?.versionId ?? ''
  const { version } = await cli.client.call('versions.get', { version: id })
  cli.print(
    { ...version, runId: run.id },
    () => `${version.precision} version '${version.name}' (${version.id}), ${bytes(version.sizeBytes)}`,
  )
}

/** The accuracy measured last, on whatever dataset. */
function latestAccuracy({ evaluations }: VersionDetails): string {
  const latest = evaluations[0]?.evaluation
  return latest ? `${percent(latest.accuracy)} (${latest.dataset} ${latest.split}, ${latest.samples})` : '–'
}

export const versionTable = (list: readonly VersionDetails[]): string =>
  table(
    ['name', 'id', 'precision', 'size', 'accuracy', 'created'],
    list.map((details) => [
      details.version.name,
      details.version.id,
      details.version.precision,
      bytes(details.version.sizeBytes),
      latestAccuracy(details),
      dateTime(details.version.createdAt),
    ]),
  )

export function versionText(details: VersionDetails): string {
  const { version, lineage, evaluations, benchmarks, quantization, tuning } = details
  const made = facts([
    ['name', version.name],
    ['id', version.id],
    ['created', `${version.origin}, ${dateTime(version.createdAt)}`],
    ['lineage', lineage.map(({ name }) => name).join(' ← ') || 'no parent'],
    ['precision', version.precision],
    ['size', `${bytes(version.sizeBytes)} (${bytes(version.diskBytes)} on disk)`],
    ['input', `${version.inputSize.height}×${version.inputSize.width}`],
    ['classes', version.classes.join(', ') || `${version.classCount}, unnamed`],
    ...stepFacts(version),
    ...(version.tags.length > 0 ? [['tags', version.tags.join(', ')] as const] : []),
    ...(version.notes ? [['notes', version.notes] as const] : []),
  ])
  const measured = evaluations.map(({ evaluation: e, createdAt }) => [
    e.dataset,
    e.split,
    String(e.samples),
    percent(e.accuracy),
    `${percent(e.accuracyInterval[0])} – ${percent(e.accuracyInterval[1])}`,
    figure(e.samplesPerSecond),
    dateTime(createdAt),
  ])
  const timed = benchmarks.map(({ benchmark: b, createdAt }) => [
    String(b.batchSize),
    String(b.threads),
    figure(b.latencyMs.p50),
    figure(b.latencyMs.p95),
    figure(b.samplesPerSecond),
    dateTime(createdAt),
    b.warnings.length > 0 ? `⚠ ${b.warnings.join(' ')}` : '',
  ])
  return [
    made,
    quantization ? quantizationText(quantization) : '',
    measured.length > 0
      ? table(['dataset', 'split', 'images', 'accuracy', '95% CI', 'img/s', 'measured'], measured)
      : '',
    timed.length > 0 ? table(['batch', 'threads', 'ms p50', 'ms p95', 'img/s', 'measured', 'warnings'], timed) : '',
    tuning ? `fastest configurations on this machine\n${tuningText(tuning)}` : '',
    ...version.warnings.map((warning) => `warning: ${warning}`),
  ]
    .filter(Boolean)
    .join('\n\n')
}

const stepFacts = ({ step }: Version): readonly (readonly [string, string])[] =>
  Object.entries(step).map(
    ([name, value]) =>
      [name === 'step' ? 'step' : `  ${name}`, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  )
