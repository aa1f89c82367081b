import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ElectronApplication } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import type { Desktop, Home } from './desktop'
import { expectConnected } from './engine'
import { expect, test } from './fixtures'
import { windowId } from './keys'

const run = promisify(execFile)
const stateOf = (home: Home): unknown => JSON.parse(readFileSync(join(home.profile, 'window.json'), 'utf8'))
const boundsOf = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
const isMaximized = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMaximized())

async function quit({ page, quit, ended }: Desktop): Promise<void> {
  await expectConnected(page)
  await quit()
  await ended
}

test('stays where it was from start to start', async ({ home, start }) => {
  const placed = { x: 120, y: 90, width: 900, height: 700 }
  const first = await start()
  await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), placed)
  await expect.poll(() => boundsOf(first.app)).toMatchObject({ width: 900, height: 700 })
  await quit(first)
  const kept = stateOf(home)
  expect(kept).toMatchObject({ width: 900, height: 700, isMaximized: false })
  const second = await start()
  await expectConnected(second.page)
  const shown = await boundsOf(second.app)
  await quit(second)
  expect(stateOf(home)).toEqual(kept)
  const third = await start()
  await expectConnected(third.page)
  expect(await boundsOf(third.app)).toEqual(shown)
})

test('keeps its normal size while it is maximized', async ({ home, start }) => {
  const first = await start()
  await expectConnected(first.page)
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(800, 600))
  await expect.poll(() => boundsOf(first.app)).toMatchObject({ width: 800, height: 600 })
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.maximize())
  await expect.poll(() => isMaximized(first.app)).toBe(true)
  await quit(first)
  for (let again = 0; again < 2; again++) {
    expect(stateOf(home)).toMatchObject({ width: 800, height: 600, isMaximized: true })
    const next = await start()
    await expect.poll(() => isMaximized(next.app)).toBe(true)
    await quit(next)
  }
  const last = await start()
  await expect.poll(() => isMaximized(last.app)).toBe(true)
  await last.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.unmaximize())
  await expect.poll(() => boundsOf(last.app)).toMatchObject({ width: 800, height: 600 })
})

test('comes back to a screen that is there', async ({ home, start }) => {
  mkdirSync(home.profile, { recursive: true })
  const gone = { x: 9000, y: 100, width: 800, height: 600, isMaximized: false }
  writeFileSync(join(home.profile, 'window.json'), JSON.stringify(gone))
  const { app, page } = await start()
  await expectConnected(page)
  const width = await app.evaluate(({ screen }) => screen.getPrimaryDisplay().workArea.width)
  expect((await boundsOf(app))?.x).toBeLessThan(width)
})

for (const [name, text] of Object.entries({ damaged: '{"width": 12', foreign: '[{"x": "left"}, 7]', empty: '' }))
  test(`starts as if new with ${name} files of its state`, async ({ home, start }) => {
    mkdirSync(home.profile, { recursive: true })
    for (const file of ['window', 'recent', 'workspace']) writeFileSync(join(home.profile, `${file}.json`), text)
    const desktop = await start()
    await quit(desktop)
    expect(stateOf(home)).toMatchObject({ width: 1280, height: 820, isMaximized: false })
  })

test('has the class that its desktop entry names, and an icon', async ({ desktop: { app, page } }) => {
  await expectConnected(page)
  const { stdout } = await run('xprop', ['-id', await windowId(app), 'WM_CLASS', '_NET_WM_ICON'])
  expect(stdout).toContain(`"${en['app.name']}"`)
  expect(stdout).not.toContain('not found')
})
