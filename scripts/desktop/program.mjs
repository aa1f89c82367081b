// The release of Electron that the specs run on, and the built program as that release can run it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isCurrent, layProgram } from '../../test/electron/oldRelease/layProgram.mjs'
import { bringRelease, versionOf } from '../../test/electron/release/bring.mjs'
import { root } from '../package/folders.mjs'
import { fail } from './session.mjs'

const binaries = { linux: 'electron', darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }

/** Brings the release and lays the program. */
export async function bringProgram() {
  if (!existsSync(join(root, 'out', 'main', 'index.js'))) fail("'out/main/index.js' is missing: run 'npm run build'")
  const release = await bringRelease()
  const version = versionOf(release)
  const found = { release, version, isOld: !isCurrent(version), binary: join(release, binaries[process.platform]) }
  if (!found.isOld) return { ...found, program: root }
  const program = join(root, 'out', 'desktop-test')
  await layProgram(root, program, { engine: join(root, 'out', 'engine') })
  return { ...found, program }
}
