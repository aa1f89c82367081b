import type { ReportedVersion } from '../../../shared/types'
import { bars } from '../charts'
import type { Bar } from '../charts'
import { formatCount, formatPercent } from '../format'
import { html, nothing } from '../html'
import type { Html } from '../html'
import { scoredTogether } from './measured'

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
