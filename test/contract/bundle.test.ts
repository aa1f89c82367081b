import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

it.skipIf(!existsSync(join(root, 'out', 'renderer', 'index.html')))(
  'the first screen is at most 350 kB, compressed',
  () => {
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts', 'bundle-size.mjs')], {
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/\d kB {2}assets\/index-.*\.js\n/)
    expect(status, stdout).toBe(0)
  },
)
