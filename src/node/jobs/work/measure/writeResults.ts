import { mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { NNOptError } from '../../../../shared/errors'
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

/** The newest measurements of each version. Throws `wrongCall` naming a version that was not measured. */
async function resultOf(context: StepContext, reference: string): Promise<Result> {
  const version = await context.version(reference)
  const [evaluation] = await context.store.measurements.evaluations(version.id)
  const [benchmark] = await context.store.measurements.benchmarks(version.id)
  if (!evaluation || !benchmark)
    throw new NNOptError(
      'wrongCall',
      `version '${version.name}': expected an evaluation and a benchmark, got ${evaluation ? 'no benchmark' : 'no evaluation'}: measure it first`,
    )
  const { graph, bytes } = readModelFile(context.store.paths.model(version.id))
  return {
    version,
    network: networkFacts(graph, bytes),
    evaluation: evaluation.evaluation,
    benchmark: benchmark.benchmark,
  }
}

export async function writeResults(
  context: StepContext,
  { versions, title, out, overwrite }: ResultsRequest,
): Promise<StepOutput> {
  const results = await Promise.all(versions.map((reference) => resultOf(context, reference)))
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
