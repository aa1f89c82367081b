// The packages of others that an installer carries: those beside the engine, and those that are bundled into the shell and the interface.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dist, root } from './folders.mjs'

const bundledFrom = ['src/main', 'src/preload', 'src/renderer']
const isSource = (name) => /\.(ts|vue)$/.test(name)
const imported = /(?:from|import)\s+'((?:@[^/'.]+\/)?[a-z][^/'.:]*)(?:\/[^']*)?'/g
/** Electron is no bundled package: its licenses lie beside its binary. */
const own = new Set(['electron'])

/**
 * A package of others.
 * @typedef {{ readonly name: string, readonly version: string, readonly license: string, readonly folder: string }} Component
 */

/** @returns {readonly Component[]} by name and version, each once */
export function componentsOf(engine = join(dist, 'engine')) {
  const folders = [...foldersIn(join(engine, 'node_modules')), ...bundledFolders()]
  const all = new Map(folders.map(read).map((component) => [`${component.name}@${component.version}`, component]))
  return [...all.keys()].sort().map((key) => all.get(key))
}

function read(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { name, version, license: typeof license === 'string' ? license : (license?.type ?? 'unknown'), folder }
}

/** Every package below a node_modules folder. */
function foldersIn(modules) {
  if (!existsSync(modules)) return []
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'))
  const folders = names.flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner))
      : join(modules, name),
  )
  const packages = folders.filter((folder) => existsSync(join(folder, 'package.json')))
  return packages.flatMap((folder) => [folder, ...foldersIn(join(folder, 'node_modules'))])
}

/** The packages that the shell and the interface import, and what those need. */
function bundledFolders() {
  const found = new Set()
  const add = (name, from) => {
    const folder = resolvePackage(name, from)
    if (!folder || found.has(folder)) return
    found.add(folder)
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    Object.keys(dependencies).forEach((needed) => add(needed, folder))
  }
  for (const name of importedNames()) add(name, root)
  return [...found]
}

function importedNames() {
  const files = bundledFrom.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter(isSource)
      .map((name) => join(root, folder, name)),
  )
  const names = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(imported)].map(([, name]) => name))
  return [...new Set(names)].filter((name) => !own.has(name))
}

/** As Node looks for it: in the node_modules of a folder, then of those above it. */
function resolvePackage(name, from) {
  const folder = join(from, 'node_modules', name)
  if (existsSync(join(folder, 'package.json'))) return folder
  return dirname(from) === from ? undefined : resolvePackage(name, dirname(from))
}
