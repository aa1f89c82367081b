import type { ReportedVersion } from '../../../shared/types'
import { colorOf, lines } from '../charts'
import { formatCount, formatPercent } from '../format'
import { html, nothing } from '../html'
import type { Html } from '../html'

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
