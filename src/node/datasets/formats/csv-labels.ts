import { CsvError, parse } from 'csv-parse/sync'
import { z } from 'zod'
import { NNOptError } from '../../../shared/errors'
import { defineFormat } from './format'
import { holdsLabels, labelledListing, labelsFile, readText } from './labelled'
import type { LabelRow } from './labelled'

const params = z.object({
  fileColumn: z.string().min(1).default('file').describe('Column with the path of the image, relative to the CSV file'),
  classColumn: z.string().min(1).default('class').describe('Column with the class'),
  splitColumn: z.string().min(1).default('split').describe('Column with train, val or test; it may be missing'),
  delimiter: z.string().min(1).max(4).default(',').describe('What separates the columns'),
})

type Columns = z.output<typeof params>

/** A table that names the class of each image, as annotation tools and competitions write them (RFC 4180, with a header). */
export const csvLabelsFormat = defineFormat({
  id: 'csv-labels',
  label: 'CSV labels',
  help: 'A folder with labels.csv, or a CSV file next to its images, with the columns file, class and, if the splits are given, split',
  progressUnit: 'files',
  params,
  matches: (probe) => holdsLabels(probe, 'csv'),
  refines: ['image-folder'],
  read: async (source, context, columns) => {
    const file = labelsFile(source, 'csv')
    return labelledListing(file, rowsOf(file, await readText(file), columns), context)
  },
})

type Cells = Readonly<Record<string, string | undefined>>

function rowsOf(file: string, text: string, columns: Columns): readonly LabelRow[] {
  const { fileColumn, classColumn, splitColumn, delimiter } = columns
  const cell = (cells: Cells, column: string): string => cells[column]?.trim() ?? ''
  try {
    return parse<LabelRow, Cells>(text, {
      delimiter,
      bom: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      columns: (header: readonly string[]) => assertHeader(file, header, columns),
      on_record: (cells, { lines }) => ({
        file: cell(cells, fileColumn),
        className: cell(cells, classColumn),
        split: cell(cells, splitColumn),
        place: `line ${lines}`,
      }),
    })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw new NNOptError('badInput', `'${file}' is not valid CSV: ${cause.message}`, { path: file }, { cause })
  }
}

function assertHeader(
  file: string,
  header: readonly string[],
  { fileColumn, classColumn, delimiter }: Columns,
): string[] {
  const names = header.map((name) => name.trim())
  if (names.includes(fileColumn) && names.includes(classColumn)) return names
  throw new NNOptError(
    'badInput',
    `'${file}', line 1: expected a header with the columns '${fileColumn}' and '${classColumn}', got '${header.join(delimiter)}'; name other columns with fileColumn and classColumn`,
    { path: file },
  )
}
