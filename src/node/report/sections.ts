import { imagesOf, inOneSession, mostComparable } from '../../shared/comparability'
import type { Benchmark, ReportedVersion, StoredEvaluation } from '../../shared/types'
import { bars, colorOf, lines, scatter } from './charts'
import {
  formatCount,
  formatInterval,
  formatLoss,
  formatMegabytes,
  formatMs,
  formatPercent,
  formatPoints,
  formatSpeed,
} from './format'
import { html, nothing } from './html'
import type { Bar } from './charts'
import type { Html } from './html'

const missing = '–'

const newest = <T>(items: readonly T[]): T | undefined => items[0]

/** The accuracy of a version less that of the one it was made from, when both were measured on the same images. */
function difference({ version, evaluations }: ReportedVersion, versions: readonly ReportedVersion[]): string {
  const parent = versions.find((each) => each.version.id === version.parentId)
  const own = newest(evaluations)
  const before = own && parent?.evaluations.find((each) => imagesOf(each) === imagesOf(own))
  return own && before ? formatPoints(own.evaluation.accuracy - before.evaluation.accuracy) : missing
}

/** Of each version the benchmark of the session that the most share; what tuning chose for one alone cannot be compared. */
const comparableBenchmarks = (versions: readonly ReportedVersion[]): readonly (Benchmark | undefined)[] =>
  inOneSession(
    versions.map(({ benchmarks }) =>
      benchmarks.map(({ benchmark }) => benchmark).filter(({ layout }) => !layout?.tuned),
    ),
  )

/** Of each version the evaluation on the images that the most share. */
const comparableEvaluations = (versions: readonly ReportedVersion[]): readonly (StoredEvaluation | undefined)[] =>
  mostComparable(
    versions.map(({ evaluations }) => evaluations),
    imagesOf,
  )

/** The versions that were evaluated on the images that the most share, each with its colour and that evaluation. */
const scoredTogether = (versions: readonly ReportedVersion[]) =>
  comparableEvaluations(versions).flatMap((stored, index) =>
    stored ? [{ version: versions[index]!.version, color: colorOf(index), evaluation: stored.evaluation }] : [],
  )

const imagesText = ({ dataset, split, samples }: StoredEvaluation['evaluation']): string =>
  `${dataset} ${split}, ${formatCount(samples)} images`

/** A number in doubt bears a sign with the reason. */
const doubt = (benchmark: Benchmark | undefined): Html =>
  benchmark && benchmark.warnings.length > 0
    ? html` <span role="img" aria-label="${benchmark.warnings.join(' ')}" title="${benchmark.warnings.join(' ')}"
        >⚠</span
      >`
    : nothing

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

/** With more versions a table of shades is easier to read than bars. */
const mostBars = 3

const classTable = (rows: readonly Bar[], names: readonly string[]): Html =>
  html`<div class="scroll">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">Class</th>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, shares }) =>
            html`<tr>
              <th scope="row">${label}</th>
              ${shares.map((share) => html`<td class="cell" style="--share:${share.toFixed(3)}">${formatPercent(share)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

export function perClass(versions: readonly ReportedVersion[]): Html {
  const measured = scoredTogether(versions).map(({ version, color, evaluation }) => ({
    name: version.name,
    color,
    perClass: evaluation.perClass,
  }))
  if (measured.length === 0) return nothing
  const rows = measured[0]!.perClass.map(({ name }, row) => ({
    label: name,
    shares: measured.map((each) => each.perClass[row]?.accuracy ?? 0),
  }))
  if (measured.length > mostBars)
    return html`<section>
      <h2>Per-class accuracy</h2>
      ${classTable(
        rows,
        measured.map(({ name }) => name),
      )}
    </section>`
  return html`<section>
    <h2>Per-class accuracy</h2>
    <p class="legend">
      ${measured.map(({ name, color }) => html`<span><i style="background:${color}"></i>${name}</span>`)}
    </p>
    ${bars(
      rows,
      measured.map(({ color }) => color),
      formatPercent,
    )}
  </section>`
}

export const confusions = (versions: readonly ReportedVersion[]): Html =>
  html`${versions.flatMap(({ version, evaluations }) =>
    evaluations[0]
      ? [
          confusion(
            version.name,
            evaluations[0].evaluation.confusionMatrix,
            evaluations[0].evaluation.perClass.map(({ name }) => name),
          ),
        ]
      : [],
  )}`

function confusion(name: string, matrix: readonly (readonly number[])[], classes: readonly string[]): Html {
  const rows = matrix.map((row, index) => {
    const total = row.reduce((sum, count) => sum + count, 0) || 1
    return html`<tr>
      <th scope="row">${classes[index]!}</th>
      ${row.map((count) => html`<td class="cell" style="--share:${(count / total).toFixed(3)}">${formatCount(count)}</td>`)}
    </tr>`
  })
  return html`<section>
    <h2>Confusion matrix: ${name}</h2>
    <div class="scroll">
      <table class="matrix">
        <caption>
          Rows: true class. Columns: predicted class.
        </caption>
        <thead>
          <tr>
            <td></td>
            ${classes.map((label) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`
}

/** Loss and accuracy by epoch, of the versions that were trained here. */
export const trainings = (versions: readonly ReportedVersion[]): Html =>
  html`${versions.filter(({ epochs }) => epochs.length > 1).map(training)}`

function training({ version, epochs }: ReportedVersion): Html {
  const series = (key: string, label: string, index: number) => ({
    label,
    color: colorOf(index),
    points: epochs
      .map(({ position, values }) => ({ x: position, y: values[key] }))
      .filter((point): point is { x: number; y: number } => point.y !== undefined),
  })
  const present = [series('trainAccuracy', 'training', 0), series('valAccuracy', 'validation', 1)].filter(
    ({ points }) => points.length > 1,
  )
  if (present.length === 0) return nothing
  return html`<section>
    <h2>Training: ${version.name}</h2>
    ${lines(`Accuracy of ${version.name} by epoch`, present, { label: 'Epoch', format: formatCount }, { label: 'Accuracy', format: formatPercent })}
  </section>`
}

export function protocols(versions: readonly ReportedVersion[]): Html {
  const timed = comparableBenchmarks(versions)
  const items = versions.flatMap(({ version, evaluations }, index) => [
    ...evaluations
      .slice(0, 1)
      .map(
        ({ evaluation: e }) =>
          html`<li>
            <b>${version.name}</b>, accuracy: ${formatCount(e.samples)} ${e.split} images of ${e.dataset}, mean loss
            ${formatLoss(e.avgLoss)}, batch ${e.batchSize}, ${e.warmupBatches} warm-up batches, ${e.device.runtime},
            ${e.device.threads} threads,
            ${e.device.cpu}.${e.skipped.length > 0 ? ` ${formatCount(e.skipped.length)} unreadable images were skipped.` : ''}
          </li>`,
      ),
    ...[timed[index]]
      .filter((b) => b !== undefined)
      .map(
        (b) =>
          html`<li>
            <b>${version.name}</b>, throughput: ${formatCount(b.runs)} timed runs of batch size ${b.batchSize},
            ${formatSpeed(b.samplesPerSecond)} (95% CI ${formatSpeed(b.samplesPerSecondInterval[0])} to
            ${formatSpeed(b.samplesPerSecondInterval[1])}), ${b.device.runtime}, ${b.device.threads} threads,
            ${b.device.cpu}.
          </li>`,
      ),
    ...version.warnings.map((warning) => html`<li><b>${version.name}</b>: ${warning}</li>`),
  ])
  return html`<section>
    <h2>How this was measured</h2>
    <ul>
      ${items}
    </ul>
  </section>`
}
