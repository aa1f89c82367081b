import type { ReporterDescription } from '@playwright/test'

const report = process.env.NNOPT_TEST_REPORT

/** A line a spec; `npm test` also asks for a report, to add up the counts of all its suites. */
export const reporters: ReporterDescription[] = [
  ['list'],
  ...(report === undefined ? [] : [['json', { outputFile: report }] satisfies ReporterDescription]),
]
