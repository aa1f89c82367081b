import { parametersOf } from '../shared/parameters'
import { registryNames } from '../shared/types'
import type { Catalog, CatalogEntry, RegistryName } from '../shared/types'
import { table } from './output/table'

const titles: Readonly<Record<RegistryName, string>> = {
  steps: 'Recipe steps',
  architectures: 'Architectures',
  observers: 'Observers',
  importances: 'Importances',
  pruneSchedules: 'Pruning schedules',
  optimizers: 'Optimizers',
  schedules: 'Learning rate schedules',
  transforms: 'Augmentations',
  operators: 'Operators',
  datasetFormats: 'Dataset formats',
  backends: 'Training backends',
  codeSamples: 'Code samples',
}

/** Every registry, or one, with ids and labels. */
export const registriesText = (catalog: Catalog, names: readonly RegistryName[] = registryNames): string =>
  names
    .map((name) => `${titles[name]} (${name})\n${table(['id', 'label', 'help'], catalog[name].map(entryRow))}`)
    .join('\n\n')

const entryRow = ({ id, label, help }: CatalogEntry): readonly string[] => [id, label, help]

/** One extension with its parameters. */
export function extensionText({ id, label, help, schema }: CatalogEntry): string {
  const rows = parametersOf(schema).map(({ name, type, initial, help: text }) => [name, type, initial, text])
  const parameters = rows.length === 0 ? 'no parameters' : table(['parameter', 'type', 'default', 'help'], rows)
  return [[id, label, help].filter(Boolean).join(' – '), parameters].join('\n\n')
}

/** The reference page of the documentation: docs/extensions.md. */
export function extensionsMarkdown(catalog: Catalog): string {
  const sections = registryNames.map((name) =>
    [`## ${titles[name]}`, ...catalog[name].map((entry) => entryMarkdown(entry))].join('\n\n'),
  )
  return `${[preface, ...sections].join('\n\n')}\n`
}

const preface = `# Extensions and their parameters

Generated from the registries by \`npm run docs\`; a test compares this page with them. To add an extension, read [extending.md](extending.md).`

function entryMarkdown({ id, label, help, schema }: CatalogEntry): string {
  const rows = parametersOf(schema).map(({ name, type, initial, help: text }) =>
    row([`\`${name}\``, type, initial && `\`${initial}\``, text]),
  )
  const title = `### \`${id}\`${label === id ? '' : ` ${label}`}`
  const head = [row(['parameter', 'type', 'default', 'help']), row(['---', '---', '---', '---'])]
  return [title, help, rows.length > 0 ? [...head, ...rows].join('\n') : ''].filter(Boolean).join('\n\n')
}

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
