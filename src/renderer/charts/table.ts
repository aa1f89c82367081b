/** The numbers of a chart: what a screen reader reads and what CSV and JSON carry. */
export interface ChartTable {
  readonly columns: readonly ChartColumn[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

export interface ChartColumn {
  readonly label: string
  /** For the page; files carry the number itself. */
  readonly format?: (value: number) => string
}

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** RFC 4180, without a byte order mark. A text that a spreadsheet would take for a formula gets a quote before it. */
export function toCsv({ columns, rows }: ChartTable): string {
  const cell = (value: string | number | null): string =>
    value === null
      ? ''
      : typeof value === 'number'
        ? String(value)
        : quoted(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value)
  return [columns.map(({ label }) => cell(label)), ...rows.map((row) => row.map(cell))]
    .map((row) => `${row.join(',')}\r\n`)
    .join('')
}

/** One object a row, named by the columns. */
export function toJson(title: string, { columns, rows }: ChartTable): string {
  return `${JSON.stringify({ title, rows: rows.map((row) => Object.fromEntries(columns.map(({ label }, index) => [label, row[index] ?? null]))) }, null, 2)}\n`
}
