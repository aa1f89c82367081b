// Makes the installers of this machine's system: 'npm run package'. With --dir, only the unpacked program.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { dist, root } from './package/folders.mjs'
import { makeAppImage } from './package/linux/appImage.mjs'
import { makeDeb } from './package/linux/deb.mjs'
import { stage } from './package/stage.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'boolean', default: false },
    // Packs in seconds instead of minutes, half as tight: for tests.
    fast: { type: 'boolean', default: false },
    config: { type: 'string', default: 'packaging/electron-builder.config.mjs' },
    // A folder with another shell than the built one.
    shell: { type: 'string', default: root },
  },
})
const isLinux = process.platform === 'linux'
const packing = values.fast
  ? { compression: ['-Zgzip', '-z1'], squash: ['-comp', 'gzip', '-Xcompression-level', '1'] }
  : { compression: ['-Zxz'], squash: ['-comp', 'zstd', '-Xcompression-level', '19', '-b', '1M'] }

function runBuilder() {
  const builder = join(dirname(createRequire(import.meta.url).resolve('electron-builder/package.json')), 'cli.js')
  const args = ['--config', values.config, '--publish', 'never', ...(values.dir || isLinux ? ['--dir'] : [])]
  execFileSync(process.execPath, [builder, ...args, ...positionals], { cwd: root, stdio: 'inherit' })
}

if (!existsSync(join(root, 'out', 'main', 'index.js')))
  throw new Error("'out/main/index.js' is missing: run 'npm run build' first")
stage(values.shell)
mkdirSync(join(dist, 'installers'), { recursive: true })
runBuilder()
if (isLinux && !values.dir) {
  const unpacked = join(
    dist,
    'installers',
    process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`,
  )
  const target = { arch: process.arch, ...packing }
  for (const file of [await makeDeb(unpacked, target), await makeAppImage(unpacked, target)])
    console.log(`${basename(file)}: ${(statSync(file).size / 1e6).toFixed(1)} MB`)
}
