import { printableLine } from '../../shared/printable'

/** Text in columns. A column is right-aligned if all its cells start with a digit, a sign or a dash. */
export function table(head: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printableLine))
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const isNumeric = head.map(
    (_, column) =>
      rows.length > 0 &&
      rows.every((row) => /^([-+−]?[\d.]|–$)/.test(row[column]!)) &&
      rows.some((row) => /\d/.test(row[column]!)) &&
      !rows.some((row) => /^\d{4}-/.test(row[column]!)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

/** 'name: value' lines with aligned values. */
export function facts(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length)) + 1
  return entries.map(([name, value]) => `${`${name}:`.padEnd(width)} ${value}`).join('\n')
}
