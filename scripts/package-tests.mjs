// Makes the installers of this machine, and runs the specs of test/package on them and those of test/electron on the packaged program: 'npm run test:package [-- SPEC]'.
// Linux alone: elsewhere the workflow starts what electron-builder made.
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { bringRuntime } from '../test/package/appImageRuntime.mjs'
import { bringProgram } from './desktop/program.mjs'
import { needTools, runSpecs, sessionTools } from './desktop/session.mjs'
import { dist, root } from './package/folders.mjs'

const tools = { 'dpkg-deb': 'dpkg', mksquashfs: 'squashfs-tools', debootstrap: 'debootstrap', pip: 'python3-pip' }
const unpacked = join(dist, 'installers', 'linux-unpacked')
const inspectable = join(dist, 'inspectable')

/** The same program, but for the one fuse without which no test can drive it. */
async function makeInspectable() {
  rmSync(inspectable, { recursive: true, force: true })
  cpSync(unpacked, inspectable, { recursive: true, verbatimSymlinks: true })
  const file = join(inspectable, 'nnopt-studio')
  await flipFuses(file, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: true })
  return file
}

needTools({ ...sessionTools, ...tools }, 'the tests of the installers')
const { release, version, isOld, program } = await bringProgram()
console.log(`Electron ${version}`)
const own = isOld ? ['--config', 'test/package/oldRelease.config.mjs', '--shell', program] : []
execFileSync(process.execPath, [join(root, 'scripts', 'package.mjs'), '--fast', ...own], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ELECTRON_DIST: release, NNOPT_APPIMAGE_RUNTIME: bringRuntime() },
})
const env = { NNOPT_TEST_ELECTRON: await makeInspectable() }
const args = process.argv.slice(2)
const statuses = [
  runSpecs('playwright.package.config.ts', args, env),
  runSpecs('playwright.electron.config.ts', args.length > 0 ? [...args, '--pass-with-no-tests'] : [], env),
]
process.exit(Math.max(...statuses))
