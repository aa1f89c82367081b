import { imagesOf } from '../../../shared/comparability'
import type { ReportedVersion } from '../../../shared/types'
import { scatter } from '../charts'
import { formatInterval, formatMegabytes, formatMs, formatPercent, formatPoints, formatSpeed } from '../format'
import { html, nothing } from '../html'
import type { Html } from '../html'
import { comparableBenchmarks, doubt, imagesText, scoredTogether } from './measured'

const missing = '–'

const newest = <T>(items: readonly T[]): T | undefined => items[0]

/** The accuracy of a version less that of the one it was made from, when both were measured on the same images. */
function difference({ version, evaluations }: ReportedVersion, versions: readonly ReportedVersion[]): string {
  const parent = versions.find((each) => each.version.id === version.parentId)
  const own = newest(evaluations)
  const before = own && parent?.evaluations.find((each) => imagesOf(each) === imagesOf(own))
  return own && before ? formatPoints(own.evaluation.accuracy - before.evaluation.accuracy) : missing
}

/** What was measured of each version, beside what it was made from. */
export function summary(versions: readonly ReportedVersion[]): Html {
  const nameOf = (id: string | null): string =>
    versions.find(({ version }) => version.id === id)?.version.name ?? missing
  const timed = comparableBenchmarks(versions)
  const conditions = timed.find((benchmark) => benchmark)
  const rows = versions.map((reported, index) => {
    const { version, evaluations } = reported
    const evaluation = newest(evaluations)?.evaluation
    const benchmark = timed[index]
    const speed = benchmark ? formatSpeed(benchmark.samplesPerSecond) : missing
    return html`<tr>
      <th scope="row">${version.name}</th>
      <td>${version.precision}</td>
      <td>${nameOf(version.parentId)}</td>
      <td>${evaluation ? formatPercent(evaluation.accuracy) : missing}</td>
      <td>${evaluation ? formatInterval(evaluation.accuracyInterval) : missing}</td>
      <td>${evaluation ? imagesText(evaluation) : missing}</td>
      <td>${difference(reported, versions)}</td>
      <td>${formatMegabytes(version.sizeBytes)}</td>
      <td>${speed}${doubt(benchmark)}</td>
      <td>${benchmark ? formatMs(benchmark.latencyMs.p50) : missing}${doubt(benchmark)}</td>
      <td>${benchmark ? formatMs(benchmark.latencyMs.p99) : missing}${doubt(benchmark)}</td>
    </tr>`
  })
  return html`<section>
    <h2>Versions</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Type</th>
            <th scope="col">Parent</th>
            <th scope="col">Accuracy</th>
            <th scope="col">95% CI</th>
            <th scope="col">Evaluated on</th>
            <th scope="col">Difference</th>
            <th scope="col">File size</th>
            <th scope="col">Throughput</th>
            <th scope="col">Batch latency (p50)</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p class="note">
      Differences are relative to the parent version, on the same
      images.${conditions ? ` Throughput and latency with batch size ${conditions.batchSize}, threads: ${conditions.threads}, versions measured in turns. Speeds from other benchmarks are not shown.` : ''}
    </p>
  </section>`
}

export function accuracyAgainstSize(versions: readonly ReportedVersion[]): Html {
  const scored = scoredTogether(versions)
  const points = scored.map(({ version, color, evaluation }) => ({
    label: version.name,
    x: version.sizeBytes,
    y: evaluation.accuracy,
    yInterval: evaluation.accuracyInterval,
    color,
  }))
  if (points.length === 0) return nothing
  const chart = scatter(
    'Accuracy vs. file size',
    points,
    { label: 'File size', format: formatMegabytes },
    { label: 'Accuracy', format: formatPercent },
  )
  return html`<section>
    <h2>Accuracy vs. size</h2>
    ${chart}
    <p class="note">
      ${scored.map(({ evaluation }) => imagesText(evaluation))[0] ?? ''}. Whiskers are 95% confidence intervals.
    </p>
  </section>`
}
