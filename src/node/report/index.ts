import type { ReportData } from '../../shared/types'
import { formatTime } from './format'
import { html } from './html'
import { confusions, perClass } from './sections/classes'
import { protocols } from './sections/protocols'
import { accuracyAgainstSize, summary } from './sections/summary'
import { trainings } from './sections/trainings'
import { style } from './style'

/** A report as one HTML page that asks nothing of the network: charts are inline SVG, each with its numbers beside it as text. */
export function renderReport({ title, createdAt, programVersion, versions }: ReportData): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p>${formatTime(createdAt)} · NNOpt Studio ${programVersion}</p>
        </header>
        <main>
          ${summary(versions)}${accuracyAgainstSize(versions)}${perClass(versions)}${confusions(versions)}${trainings(versions)}${protocols(versions)}
        </main>
      </body>
    </html> `
  return page.html
}
