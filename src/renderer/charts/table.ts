/** A chart's data: read by screen readers and saved as CSV and JSON. */
export interface ChartTable {
  readonly columns: readonly ChartColumn[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

export interface ChartColumn {
  readonly label: string
  /** For display; files contain the raw number. */
  readonly format?: (value: number) => string
}

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * RFC 4180, without a byte order mark. Text that a spreadsheet would interpret as a formula is prefixed with a quote.
 */
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

/** One object per row, keyed by column. */
export function toJson(title: string, { columns, rows }: ChartTable): string {
  return `${JSON.stringify({ title, rows: rows.map((row) => Object.fromEntries(columns.map(({ label }, index) => [label, row[index] ?? null]))) }, null, 2)}\n`
}
