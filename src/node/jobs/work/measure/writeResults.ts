import { mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { imagesOf, mostComparable, underSharedConditions } from '../../../../shared/comparability'
import { NNOptError } from '../../../../shared/errors'
import type { Benchmark, StoredEvaluation, Version } from '../../../../shared/types'
import { programVersion } from '../../../programVersion'
import { resultsMarkdown, resultsPlots } from '../../../report/resultsTable'
import type { Result } from '../../../report/resultsTable'
import { writeArtifact } from '../../../store/writeArtifact'
import type { StepContext, StepOutput } from '../../step'
import { networkFacts } from '../versions/networkFacts'
import { readModelFile } from '../versions/readModelFile'

export interface ResultsRequest {
  /** In the order of the rows; the others are compared with the first. */
  readonly versions: readonly string[]
  readonly title: string
  /** Markdown file; two plots are written beside it. */
  readonly out: string
  /** Whether existing files are replaced. */
  readonly overwrite: boolean
}

interface Measured {
  readonly version: Version
  readonly evaluations: readonly StoredEvaluation[]
  readonly benchmarks: readonly Benchmark[]
}

/** Everything measured of a version. Throws `wrongCall` naming a version that was not measured. */
async function measuredOf({ version: find, store }: StepContext, reference: string): Promise<Measured> {
  const version = await find(reference)
  const evaluations = await store.measurements.evaluations(version.id)
  const benchmarks = (await store.measurements.benchmarks(version.id)).map(({ benchmark }) => benchmark)
  if (evaluations.length === 0 || benchmarks.length === 0)
    throw new NNOptError(
      'wrongCall',
      `version '${version.name}': expected an evaluation and a benchmark, got ${evaluations.length > 0 ? 'no benchmark' : 'no evaluation'}: measure it first`,
    )
  return { version, evaluations, benchmarks }
}

/** Of each version the measurements that can be compared with those of the most others, else its newest. */
function resultsOf({ store }: StepContext, measured: readonly Measured[]): readonly Result[] {
  const evaluations = mostComparable(
    measured.map((each) => each.evaluations),
    imagesOf,
  )
  const speeds = underSharedConditions(measured.map((each) => each.benchmarks.filter(({ layout }) => !layout?.tuned)))
  return measured.map(({ version, ...own }, index) => {
    const stored = evaluations[index] ?? own.evaluations[0]!
    const { graph, bytes } = readModelFile(store.paths.model(version.id))
    return {
      version,
      network: networkFacts(graph, bytes),
      evaluation: stored.evaluation,
      images: imagesOf(stored),
      benchmark: speeds[index] ?? own.benchmarks[0]!,
    }
  })
}

export async function writeResults(
  context: StepContext,
  { versions, title, out, overwrite }: ResultsRequest,
): Promise<StepOutput> {
  const results = resultsOf(context, await Promise.all(versions.map((reference) => measuredOf(context, reference))))
  const file = resolve(out)
  const stem = basename(file).replace(/\.md$/, '')
  const plots = resultsPlots(results)
  const files = { [`${stem}-accuracy-size.svg`]: plots.size, [`${stem}-accuracy-latency.svg`]: plots.latency }
  mkdirSync(dirname(file), { recursive: true })
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  for (const [name, text] of Object.entries(files)) writeArtifact(join(dirname(file), name), encode(text), overwrite)
  const path = writeArtifact(
    file,
    encode(resultsMarkdown(title, results, Object.keys(files), programVersion())),
    overwrite,
  )
  context.log(`results: ${path}`)
  return { output: { path } }
}
