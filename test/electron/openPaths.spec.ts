import { execFile } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import { commandOf } from './desktop'
import type { Home } from './desktop'
import { expect, test } from './fixtures'
import { dropFiles } from './dropFiles'
import { writePictures } from './pictures'

const run = promisify(execFile)
const baseline = join(import.meta.dirname, '..', '..', 'resources', 'baseline', 'model.onnx')

function modelIn(home: Home, name: string): string {
  const file = join(home.folder, name)
  copyFileSync(baseline, file)
  return file
}

/** The page shows the run, or all of several, and in the end the versions that they made. */
async function expectImported(page: Page, ...names: readonly [string, ...string[]]): Promise<void> {
  const title = names.length > 1 ? en['nav.runs'] : new RegExp(names[0])
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await page.getByRole('link', { name: en['nav.versions'], exact: true }).click()
  for (const name of names) await expect(page.getByRole('link', { name, exact: true })).toBeVisible()
}

test('imports a model that it is started with', async ({ home, start }) => {
  const { page } = await start(modelIn(home, 'first.onnx'))
  await expectImported(page, 'first')
})

test('takes several at once: models, a folder of images, an address of a file', async ({ home, start }) => {
  const address = pathToFileURL(modelIn(home, 'zweites Modell.onnx')).href
  const pictures = await writePictures(join(home.folder, 'pictures'))
  const { page } = await start(modelIn(home, 'first.onnx'), address, pictures)
  await expect(page.getByRole('row').filter({ hasText: en['status.done'] })).toHaveCount(3)
  await expectImported(page, 'first', 'zweites Modell')
})

test('hands what a second start names to the window that is open', async ({ home, desktop: { page } }) => {
  modelIn(home, 'second.onnx')
  const { file, args } = commandOf(home)
  await run(file, [...args, 'second.onnx'], { env: home.env, cwd: home.folder })
  await expectImported(page, 'second')
})

test('takes in what is dropped on its window', async ({ home, desktop: { page } }) => {
  await expect(page.getByRole('heading', { level: 1, name: en['nav.versions'] })).toBeVisible()
  await dropFiles(page, [modelIn(home, 'one.onnx'), modelIn(home, 'two.onnx')])
  await expectImported(page, 'one', 'two')
})

test('says what is wrong with a file that it cannot import', async ({ home, start }) => {
  const bundle = join(home.folder, 'study.nnopt')
  writeFileSync(bundle, 'not yet')
  const { page } = await start(bundle)
  await expect(page.getByRole('main')).toContainText("'study.nnopt' is not an ONNX model")
})
