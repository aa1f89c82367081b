import type { ReportedVersion } from '../../../shared/types'
import { formatCount, formatLoss, formatSpeed } from '../format'
import { html } from '../html'
import type { Html } from '../html'
import { comparableBenchmarks } from './measured'

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
