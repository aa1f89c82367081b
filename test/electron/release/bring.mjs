// Brings a real Electron for the tests and prints its folder: 'npm run electron:test-release'.
// NNOPT_ELECTRON names one that is there already; else the declared release is fetched, and where its site is out of reach, a pinned older one.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { declaredVersion, fetchDeclared } from './declared.mjs'
import { fetchPinned, pinnedVersion } from './pinned.mjs'

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nnopt-studio', 'electron')

/** Whether a folder holds an unpacked release. */
const isRelease = (folder) => existsSync(join(folder, 'version'))

/** The version of an unpacked release, such as '25.1.1'. */
export function versionOf(folder) {
  const file = join(folder, 'version')
  if (!existsSync(file)) throw new Error(`'${folder}': expected an unpacked Electron with a file named 'version'`)
  return readFileSync(file, 'utf8').trim().replace(/^v/, '')
}

/** Fills a folder of the cache once; what was cut off never looks finished. */
async function cached(version, fill) {
  const target = join(cache, `${version}-${process.platform}-${process.arch}`)
  if (isRelease(target)) return target
  mkdirSync(cache, { recursive: true })
  const partial = mkdtempSync(join(cache, '.partial-'))
  try {
    await fill(partial)
    versionOf(partial)
    rmSync(target, { recursive: true, force: true })
    renameSync(partial, target)
    return target
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** The folder of the release that the tests run on. */
export async function bringRelease() {
  if (process.env.NNOPT_ELECTRON) {
    const folder = resolve(process.env.NNOPT_ELECTRON)
    versionOf(folder)
    return folder
  }
  try {
    return await cached(declaredVersion, fetchDeclared)
  } catch (error) {
    process.stderr.write(`Electron ${declaredVersion} cannot be fetched (${error.message}): taking ${pinnedVersion}\n`)
    return cached(pinnedVersion, fetchPinned)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bringRelease())
