import type { Command } from 'commander'
import { NNOptError } from '../../shared/errors'
import { registryNames } from '../../shared/types'
import type { CatalogEntry, RegistryName } from '../../shared/types'
import { readCatalog } from '../../node/catalog'
import type { GlobalOptions } from '../cli'
import { printResult } from '../output/result'
import { extensionText, extensionsMarkdown, registriesText } from '../extensionsText'

type Options = GlobalOptions & { readonly markdown?: boolean }

/** Needs no workspace: what can be extended is the program's own. */
export const extensions = (command: Command): Command =>
  command
    .argument('[registry]', `one of ${registryNames.join(', ')}`)
    .argument('[id]', 'one extension, with its parameters')
    .option('--markdown', 'print the reference page of the documentation')
    .action(async (registry: string | undefined, id: string | undefined, options: Options) => {
      const catalog = await readCatalog()
      const print = (document: unknown, text: () => string): void => printResult(options.json, document, text)
      if (options.markdown) return print(catalog, () => extensionsMarkdown(catalog).trimEnd())
      if (registry === undefined) return print(catalog, () => registriesText(catalog))
      const name = registryNamed(registry)
      if (id === undefined) return print(catalog[name], () => registriesText(catalog, [name]))
      const entry = entryNamed(catalog[name], name, id)
      return print(entry, () => extensionText(entry))
    })

function registryNamed(wanted: string): RegistryName {
  const name = registryNames.find((each) => each === wanted)
  if (name) return name
  throw new NNOptError('wrongCall', `unknown registry '${wanted}': expected one of ${registryNames.join(', ')}`)
}

function entryNamed(entries: readonly CatalogEntry[], registry: RegistryName, id: string): CatalogEntry {
  const entry = entries.find((each) => each.id === id)
  if (entry) return entry
  const known = entries.map((each) => each.id)
  throw new NNOptError('wrongCall', `${registry}: unknown extension '${id}': expected one of ${known.join(', ')}`)
}
