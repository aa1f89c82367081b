import type { ElectronApplication } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import { expectConnected } from './engine'
import { expect, test } from './fixtures'
import { answerQuestions, questionsOf } from './questions'

const crash = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer())

/** What the window shows; a page that crashed is lost for Playwright. */
const headingOf = (app: ElectronApplication): Promise<string | undefined> =>
  app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (!contents || contents.isCrashed() || contents.isLoading()) return undefined
    // A page that is about to crash never answers.
    const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1000))
    return Promise.race([contents.executeJavaScript('document.querySelector("h1")?.textContent?.trim()'), late])
  })

test('loads a page that crashed again, and asks when that does not help', async ({ desktop }) => {
  const { app, page, ended } = desktop
  await expectConnected(page)
  await answerQuestions(app, en['crash.close'])
  await crash(app)
  await expect.poll(() => headingOf(app)).toBe(en['versions.title'])
  expect(await questionsOf(app)).toEqual([])
  await answerQuestions(app, en['state.retry'])
  await crash(app)
  await expect.poll(() => questionsOf(app)).toMatchObject([{ title: en['app.name'], hasParent: true }])
  await expect.poll(() => headingOf(app)).toBe(en['versions.title'])
  await answerQuestions(app, en['crash.close'])
  await crash(app)
  await ended
})
