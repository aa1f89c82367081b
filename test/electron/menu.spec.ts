import { join } from 'node:path'
import { existsSync, rmSync } from 'node:fs'
import { en } from '../../src/renderer/i18n/en'
import { expectConnected } from './engine'
import { expect, test } from './fixtures'
import { choose, itemsOf } from './menu'
import { answerChoosing, answerQuestions, questionsOf } from './questions'
import { writePictures } from './pictures'
import { pressKeys } from './keys'

const file = en['menu.file']
const help = en['menu.help']
const about = en['menu.about'].replace('{name}', en['app.name'])
/** The screens of the Go menu, whose keys count up from 1. */
const screens = [
  [en['menu.versions'], '/'],
  [en['menu.compare'], '/compare'],
  [en['menu.try'], '/try'],
  [en['menu.datasets'], '/datasets'],
  [en['menu.runs'], '/runs'],
  [en['menu.benchmark'], '/benchmark'],
  [en['menu.lab'], '/lab'],
  [en['menu.prune'], '/prune'],
  [en['menu.system'], '/system'],
] as const
const at = (path: string): RegExp => new RegExp(`#${path}$`)

test('lists every item, each with a letter of its own in its menu', async ({ desktop: { app, page } }) => {
  await expectConnected(page)
  const items = await itemsOf(app)
  const own = items.filter(({ path }) => path.startsWith(`${file} > `) || path.startsWith(`${help} > `))
  expect(own.map(({ path, accelerator }) => [path.split(' > ').slice(1).join(' > '), accelerator])).toEqual([
    [en['menu.openModel'], 'CmdOrCtrl+O'],
    [en['menu.addFolder'], 'CmdOrCtrl+Shift+O'],
    [en['menu.recent'], undefined],
    [`${en['menu.recent']} > ${en['menu.noRecent']}`, undefined],
    [en['menu.new'], 'CmdOrCtrl+N'],
    [en['menu.workspace'], undefined],
    [en['menu.settings'], 'CmdOrCtrl+,'],
    [expect.any(String), undefined],
    [en['menu.commands'], 'CmdOrCtrl+K'],
    [en['shortcuts.title'], undefined],
    [en['menu.log'], undefined],
    [about, undefined],
  ])
  const keys = items.filter(({ path }) => path.startsWith(`${en['menu.go']} > `)).map(({ accelerator }) => accelerator)
  expect(keys).toEqual(screens.map((_screen, index) => `CmdOrCtrl+${index + 1}`))
  const marked = items.map(({ path, mnemonic }) => `${path.split(' > ').slice(0, -1).join(' > ')}: ${mnemonic}`)
  expect(items.filter(({ mnemonic }) => mnemonic === undefined)).toEqual([])
  expect(new Set(marked).size).toBe(marked.length)
})

test('opens every screen from the menu', async ({ desktop: { app, page } }) => {
  await expectConnected(page)
  for (const [label, path] of [...screens.slice(1), screens[0]]) {
    await choose(app, en['menu.go'], label)
    await expect(page).toHaveURL(at(path))
  }
  await choose(app, file, en['menu.new'])
  await expect(page).toHaveURL(at('/new'))
  await choose(app, file, en['menu.settings'])
  await expect(page).toHaveURL(at('/settings'))
  await choose(app, help, en['menu.commands'])
  await expect(page.getByRole('dialog', { name: en['palette.title'] })).toBeVisible()
  await page.keyboard.press('Escape')
  await choose(app, help, en['shortcuts.title'])
  await expect(page.getByRole('dialog', { name: en['shortcuts.title'] })).toBeVisible()
})

test('listens to every key of its menu', async ({ desktop: { app, page } }) => {
  await expectConnected(page)
  for (const [index, [, path]] of [...screens.entries()].reverse()) {
    await pressKeys(app, `ctrl+${index + 1}`)
    await expect(page).toHaveURL(at(path))
  }
  await pressKeys(app, 'ctrl+n')
  await expect(page).toHaveURL(at('/new'))
  await pressKeys(app, 'ctrl+comma')
  await expect(page).toHaveURL(at('/settings'))
  await pressKeys(app, 'ctrl+k')
  await expect(page.getByRole('dialog', { name: en['palette.title'] })).toBeVisible()
  await page.keyboard.press('Escape')
  await answerChoosing(app, [])
  await pressKeys(app, 'ctrl+o')
  await pressKeys(app, 'ctrl+shift+o')
  await expect.poll(() => questionsOf(app)).toMatchObject([{ hasParent: true }, { hasParent: true }])
})

test('adds a chosen folder of images, and keeps it among the recent items', async ({ home, desktop }) => {
  const { app, page } = desktop
  const folder = await writePictures(join(home.folder, 'pictures'))
  await expectConnected(page)
  await answerChoosing(app, [folder])
  await choose(app, file, en['menu.addFolder'])
  await expect(page.getByRole('heading', { level: 1, name: /pictures/ })).toBeVisible()
  const recent = async () => (await itemsOf(app)).map(({ path }) => path).filter((path) => path.includes(folder))
  await expect.poll(recent).toEqual([`${file} > ${en['menu.recent']} > ${folder}`])
  await choose(app, file, en['menu.recent'], en['menu.clearRecent'])
  await expect.poll(recent).toEqual([])
})

test('says which version it is, and that there is no log yet', async ({ home, desktop: { app, page } }) => {
  await expectConnected(page)
  await answerQuestions(app, en['workspace.ok'])
  await choose(app, help, about)
  await expect.poll(() => questionsOf(app)).toHaveLength(1)
  const version = await app.evaluate(({ app }) => app.getVersion())
  const [said] = await questionsOf(app)
  expect(said).toMatchObject({ title: about, message: en['app.name'], hasParent: true, hasIcon: true })
  expect(said?.detail).toContain(en['about.version'].replace('{version}', version))
  const log = await app.evaluate(({ app }) => app.getPath('logs'))
  expect(log.startsWith(home.folder)).toBe(true)
  if (existsSync(log)) rmSync(log, { recursive: true })
  await choose(app, help, en['menu.log'])
  await expect.poll(async () => (await questionsOf(app)).at(-1)?.message).toBe(en['menu.noLog.message'])
})

test('zooms, reloads, fills the screen and closes as other programs do', async ({ desktop: { app, page, ended } }) => {
  await expectConnected(page)
  const zoom = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomLevel())
  await pressKeys(app, 'ctrl+minus')
  await expect.poll(zoom).toBeLessThan(0)
  await pressKeys(app, 'ctrl+0')
  await expect.poll(zoom).toBe(0)
  const isFull = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFullScreen())
  await pressKeys(app, 'F11')
  await expect.poll(isFull).toBe(true)
  await pressKeys(app, 'F11')
  await expect.poll(isFull).toBe(false)
  await Promise.all([page.waitForEvent('load'), pressKeys(app, 'ctrl+r')])
  await expectConnected(page)
  await pressKeys(app, 'ctrl+q')
  await ended
})
