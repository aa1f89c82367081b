import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import { startEmptyStudio } from '../e2e/studio'
import { call, expectConnected } from './engine'
import { expect, test } from './fixtures'
import { choose } from './menu'
import { answerChoosing } from './questions'

/** The process ids of the engine. */
const enginesOf = (app: ElectronApplication): Promise<readonly number[]> =>
  app.evaluate(({ app }) =>
    app
      .getAppMetrics()
      .filter(({ type, name, serviceName }) => type === 'Utility' && [name, serviceName].includes('NNOpt engine'))
      .map(({ pid }) => pid),
  )

test('starts an engine that was killed again, says so and goes on', async ({ desktop: { app, page } }) => {
  await expectConnected(page)
  const [killed] = await enginesOf(app)
  if (killed === undefined) throw new Error('expected an engine process')
  process.kill(killed, 'SIGKILL')
  const notice = page.getByText(en['connection.ended'].split('{')[0] ?? '')
  await expect(notice).toBeVisible()
  await expect(notice).toBeHidden()
  expect(await call(page, 'versions.list', {})).toMatchObject([])
  const [next] = await enginesOf(app)
  expect(next).not.toBe(killed)
})

test('says why its engine cannot start, and goes on in another workspace', async ({ home, start }) => {
  writeFileSync(home.workspace, 'no folder')
  const other = join(home.folder, 'other')
  mkdirSync(other)
  const { app, page } = await start()
  const notice = page.getByRole('status').filter({ hasText: home.workspace })
  await expect(notice).toBeVisible()
  await answerChoosing(app, [other])
  await notice.getByRole('button', { name: en['connection.chooseWorkspace'] }).click()
  await expectConnected(page)
  await expect(notice).toBeHidden()
  expect((await call(page, 'system.info', {})).workspace.path).toBe(other)
})

test('uses the engine of another machine, and its own again', async ({ desktop: { app, page } }) => {
  const studio = await startEmptyStudio()
  try {
    await expectConnected(page)
    await choose(app, en['menu.file'], en['menu.settings'])
    await page.getByRole('textbox', { name: en['settings.remote'] }).fill(studio.url)
    await page.getByRole('button', { name: en['settings.connect'] }).click()
    await expectConnected(page)
    await page.getByRole('link', { name: en['nav.versions'], exact: true }).click()
    await page.getByRole('button', { name: en['guide.sample.action'] }).click()
    await expect.poll(() => studio.nnopt('runs')).toMatchObject([{}])
    expect(await call(page, 'runs.list', {})).toEqual([])
    await studio.close()
    await expect(page.getByText(new URL(studio.origin).host)).toBeVisible()
    await page.getByRole('button', { name: en['settings.local'] }).click()
    await expectConnected(page)
  } finally {
    await studio.close()
  }
})
