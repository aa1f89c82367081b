import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron as electron, expect, test } from '@playwright/test'

const root = join(import.meta.dirname, '..', '..')
const folder = join(root, 'node_modules', 'electron')
const pathFile = join(folder, 'path.txt')
const program = existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8')) : undefined
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)

test.skip(program === undefined || !existsSync(program), "Electron's program file is not here")
test.skip(!hasDisplay, 'there is no display')

test('the desktop program opens a window on the engine', async () => {
  const home = mkdtempSync(join(tmpdir(), 'nnopt-desktop-'))
  const studio = await electron.launch({
    args: [root, '--no-sandbox', `--user-data-dir=${join(home, 'profile')}`],
    env: { ...process.env, NNOPT_WORKSPACE: join(home, 'workspace') } as Record<string, string>,
  })
  try {
    const window = await studio.firstWindow()
    await expect(window.getByRole('heading', { level: 1, name: 'Versions' })).toBeVisible()
    await expect(window.getByRole('button', { name: 'Load the sample' })).toBeVisible()
    expect(
      await window.evaluate(() => [
        typeof Reflect.get(globalThis, 'require'),
        typeof Reflect.get(globalThis, 'process'),
      ]),
    ).toEqual(['undefined', 'undefined'])
  } finally {
    await studio.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
})
