// The packages that are in an installer: what the engine needs, and what is bundled into the interface, with all that these need in turn.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages

/** Only a checkout uses these: the engine finds TensorFlow in its runtime folder. */
const notShipped = ['@tensorflow/tfjs-node-gpu', 'node-api-headers']

const sourcesIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|vue)$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))

/** 'vue' of 'vue', '@vue-flow/core' of '@vue-flow/core/dist/style.css'. */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Development dependencies that the shell or the interface imports, and that the build bundles into them. */
function bundled() {
  const imported = ['src/main', 'src/preload', 'src/renderer']
    .flatMap(sourcesIn)
    .flatMap((text) =>
      [...text.matchAll(/(?:from|import)\s*\(?\s*'([^'./][^']*)'/g)].map(([, name]) => packageOf(name)),
    )
  return [...new Set(imported)].filter((name) => name in manifest.devDependencies)
}

/** Where a package finds another one: in its own node_modules or in those above. */
function placeOf(name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (lock[place]) return place
    if (folder === '' || !folder.includes('/node_modules/'))
      return lock[`node_modules/${name}`] && `node_modules/${name}`
  }
}

/** Folders of all shipped packages, as the lock file names them, for every system. */
export function shippedPackages() {
  const found = new Set()
  const add = (names, from) => {
    for (const name of names) {
      const place = placeOf(name, from)
      if (!place || found.has(place)) continue
      found.add(place)
      const { dependencies, optionalDependencies } = lock[place]
      add(Object.keys({ ...dependencies, ...optionalDependencies }), place)
    }
  }
  const direct = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  add([...direct.filter((name) => !notShipped.includes(name)), ...bundled()], '')
  return [...found].sort().map((place) => ({
    place,
    name: place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: lock[place].version,
    license: lock[place].license ?? 'see its files',
  }))
}
