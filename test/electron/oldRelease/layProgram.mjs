// Lays the built shell for an Electron before 29: what such a release lacks of a current one is supplied here, outside the program.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const here = import.meta.dirname
const supplied = ['shim.cjs', 'relay.cjs', 'parentPort.mjs']

/** Whether a release has all that the program uses. */
export const isCurrent = (version) => Number(version.split('.')[0]) >= 29

/** Main as an ES module is newer, as is import.meta.dirname in it. */
async function bundleMain(from, to) {
  const define = {
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
    'import.meta.url': '__url',
  }
  const bundle = await rolldown({
    input: join(from, 'out', 'main', 'index.js'),
    platform: 'node',
    external: ['electron', /^node:/],
    transform: { target: 'node18', define },
  })
  const intro = "const __url = require('node:url').pathToFileURL(__filename).href"
  await bundle.write({ file: join(to, 'out', 'main', 'index.cjs'), format: 'cjs', intro })
}

/** The page loads what it lacks before its own scripts. */
function completePage(folder) {
  cpSync(join(here, 'page.js'), join(folder, 'old-electron.js'))
  const file = join(folder, 'index.html')
  const html = readFileSync(file, 'utf8')
  writeFileSync(file, html.replace('<script ', '<script src="./old-electron.js"></script>\n    <script '))
}

/** Lays a program folder in `to` from one that holds package.json and out/{main,preload,renderer}; the engine is linked where it lies beside them. */
export async function layProgram(from, to, { engine } = {}) {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  for (const part of ['preload', 'renderer'])
    cpSync(join(from, 'out', part), join(to, 'out', part), { recursive: true })
  if (engine) symlinkSync(engine, join(to, 'out', 'engine'), 'junction')
  await bundleMain(from, to)
  for (const file of supplied) cpSync(join(here, file), join(to, file))
  completePage(join(to, 'out', 'renderer'))
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  writeFileSync(join(to, 'package.json'), JSON.stringify({ ...manifest, type: 'commonjs', main: 'shim.cjs' }))
}
