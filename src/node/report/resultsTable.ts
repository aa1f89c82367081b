import { areComparableSpeeds } from '../../shared/comparability'
import { atLeast } from '../../shared/atLeast'
import type { Benchmark, Evaluation, NetworkFacts, Version } from '../../shared/types'
import { colorOf, scatter } from './charts'
import { formatCount, formatMegabytes, formatMs, formatPercent, formatPoints } from './format'
import { svgFile } from './svgFile'

/** A version with all that was measured of it. */
export interface Result {
  readonly version: Version
  readonly network: NetworkFacts
  readonly evaluation: Evaluation
  /** Equal for accuracies on the same images. */
  readonly images: string
  readonly benchmark: Benchmark
}

const columns = [
  'version',
  'type',
  'accuracy',
  '95% CI',
  'vs. first',
  'parameters',
  'nonzero',
  'sparsity',
  'MACs',
  'file',
  'gzip size',
  'latency (p50)',
  'speedup',
]

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const missing = '–'

function cells({ version, network, evaluation, images, benchmark }: Result, first: Result): readonly string[] {
  const speedup = first.benchmark.latencyMs.p50 / benchmark.latencyMs.p50
  return [
    version.name,
    version.precision,
    formatPercent(evaluation.accuracy),
    evaluation.accuracyInterval.map(formatPercent).join(' – '),
    images === first.images ? formatPoints(evaluation.accuracy - first.evaluation.accuracy) : missing,
    formatCount(network.totalParams),
    formatCount(network.nonzeroParams),
    formatPercent(network.sparsity),
    formatCount(network.macs),
    formatMegabytes(version.sizeBytes),
    formatMegabytes(network.gzipBytes),
    formatMs(benchmark.latencyMs.p50),
    areComparableSpeeds(benchmark, first.benchmark) ? `${speedup.toFixed(2)}×` : missing,
  ]
}

/** The settings of its step without names: 'prune: method l1-unstructured, amount 0.7'. */
function settings({ origin, step }: Version): string {
  const { step: kind, name: _name, from: _from, file: _file, ...given } = step as Readonly<Record<string, unknown>>
  const parts = Object.entries(given).map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return [String(kind ?? origin), parts.join(', ')].filter(Boolean).join(': ')
}

const list = (heading: string, items: readonly string[]): readonly string[] =>
  items.length > 0 ? [heading, '', ...items.map((item) => `- ${item}`), ''] : []

/** The results as Markdown; the plots are files next to it. */
export function resultsMarkdown(
  title: string,
  results: readonly Result[],
  plots: readonly string[],
  programVersion: string,
): string {
  const [first] = atLeast(1, results)
  const { evaluation, benchmark } = first
  const warnings = [...new Set(results.flatMap((result) => result.benchmark.warnings))]
  const notes = results.flatMap(({ version }) => version.warnings.map((warning) => `${version.name}: ${warning}`))
  return [
    `# ${title}`,
    '',
    `Accuracy on ${formatCount(evaluation.samples)} ${evaluation.split} images of ${evaluation.dataset}. Latency with batch size ${benchmark.batchSize} and ${benchmark.threads} threads, versions measured in turns,  ${benchmark.device.runtime}, ${benchmark.device.cpu}. NNOpt Studio ${programVersion}.`,
    '',
    row(columns),
    row(columns.map(() => '---')),
    ...results.map((result) => row(cells(result, first))),
    '',
    ...plots.flatMap((plot) => [`![${plot.replace(/\.svg$/, '').replaceAll('-', ' ')}](${plot})`, '']),
    '## How they were made',
    '',
    row(['version', 'parent', 'settings other than the defaults']),
    row(['---', '---', '---']),
    ...results.map(({ version }) =>
      row([
        version.name,
        results.find((other) => other.version.id === version.parentId)?.version.name ?? missing,
        settings(version),
      ]),
    ),
    '',
    ...list('Notes from making them:', notes),
    ...list('Measurement warnings:', warnings),
  ].join('\n')
}

/** Accuracy vs. the size of the compressed file, and vs. latency. */
export function resultsPlots(results: readonly Result[]): { readonly size: string; readonly latency: string } {
  const points = (x: (result: Result) => number) =>
    results.map((result, index) => ({
      label: result.version.name,
      x: x(result),
      y: result.evaluation.accuracy,
      yInterval: result.evaluation.accuracyInterval,
      color: colorOf(index),
    }))
  const accuracy = { label: 'Accuracy', format: formatPercent }
  return {
    size: svgFile(
      scatter(
        'Accuracy vs. gzip size',
        points(({ network }) => network.gzipBytes),
        { label: 'gzip size', format: formatMegabytes },
        accuracy,
      ),
    ),
    latency: svgFile(
      scatter(
        'Accuracy vs. latency',
        points(({ benchmark }) => benchmark.latencyMs.p50),
        { label: 'Latency (p50)', format: formatMs },
        accuracy,
      ),
    ),
  }
}
