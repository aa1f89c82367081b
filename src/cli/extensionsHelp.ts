import type { Command } from 'commander'
import { parametersOf } from '../shared/parameters'
import type { CatalogEntry } from '../shared/types'
import { ExtensionOption } from './flags'

/** Ends the help of a command, and of its subcommands, with every extension that its flags can name and their parameters. */
export async function describeExtensions(command: Command): Promise<void> {
  const leaves = [command, ...command.commands]
  if (!leaves.some(({ options }) => options.some((option) => option instanceof ExtensionOption))) return
  const { readCatalog } = await import('../node/catalog')
  const catalog = await readCatalog()
  for (const leaf of leaves) {
    const options = leaf.options.filter((option) => option instanceof ExtensionOption)
    for (const { long, registry } of options.filter(({ holds }) => holds === 'id'))
      leaf.addHelpText('after', `\nValues of ${long}:\n${catalog[registry].map(valueLine).join('\n')}`)
    for (const registry of new Set(options.filter(({ holds }) => holds === 'parameters').map((each) => each.registry)))
      leaf.addHelpText('after', `\nParameters of ${registry}:\n${catalog[registry].flatMap(lines).join('\n')}`)
  }
}

const valueLine = ({ id, label, help }: CatalogEntry): string => `  ${id}  ${help || label}`

const lines = ({ id, schema }: CatalogEntry): readonly string[] =>
  parametersOf(schema).map(({ name, type, initial, help }) => {
    const range = [type, initial && `default ${initial}`].filter(Boolean).join(', ')
    return `  ${id}: ${name} (${range})  ${help}`
  })
