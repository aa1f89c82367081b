import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { violationsInBothThemes } from './axe'
import { startStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let page: Page
const problems: string[] = []

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  page = await (await browser.newContext()).newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(studio.url)
  await page.getByRole('link', { name: 'Datasets' }).click()
  await expect(page.getByRole('link', { name: 'colours' })).toBeVisible()
})

test.afterAll(async () => {
  await page?.context().close()
  await studio?.close()
})

test('the list tells sizes and splits, and is accessible', async () => {
  await expect(page.getByRole('row', { name: /colours/ })).toContainText('16×16')
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('images of a dataset are shown and told of', async () => {
  await page.getByRole('link', { name: 'colours' }).click()
  const grid = page.getByRole('region', { name: /images/ })
  await expect(grid.getByRole('button', { name: /blue, train\/blue/ }).first()).toBeVisible()
  const natural = await grid
    .locator('img')
    .first()
    .evaluate((image: HTMLImageElement) => image.decode().then(() => [image.naturalWidth, image.naturalHeight]))
  expect(natural).toEqual([16, 16])
  await grid.getByRole('button').first().click()
  await expect(page.getByRole('complementary', { name: 'Selected image' })).toContainText('16 × 16 px')
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('arrow keys walk over the images', async () => {
  const grid = page.getByRole('region', { name: /images/ })
  await grid.getByRole('button').first().focus()
  await page.keyboard.press('ArrowRight')
  await expect(grid.locator('[data-position="1"]')).toBeFocused()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Selected image' })).toContainText('red')
})

test('a class and a part are picked', async () => {
  await page.getByRole('button', { name: /^Test/ }).click()
  await page.getByRole('combobox', { name: 'Class' }).selectOption('green')
  await expect(page.getByRole('region', { name: '16 images' })).toBeVisible()
  await expect(page.getByRole('button', { name: /green, test\/green/ }).first()).toBeVisible()
  await expect(page.getByRole('button', { name: /red, / })).toHaveCount(0)
})

test('classes have a histogram with its numbers', async () => {
  await page.getByRole('button', { name: 'Classes', exact: true }).click()
  await expect(page.getByRole('img', { name: /Images per class: blue/ })).toBeVisible()
  await page.getByText('Chart data').click()
  await expect(page.getByRole('rowheader', { name: 'green' })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('augmentation follows its sliders and refuses what cannot be', async () => {
  await page.getByRole('button', { name: 'Augmentation', exact: true }).click()
  const first = page.getByRole('img', { name: 'Epoch 2', exact: true })
  await expect(first).toBeVisible()
  const before = await first.getAttribute('src')
  await page.getByRole('textbox', { name: /Padding/ }).fill('8')
  await expect(first).not.toHaveAttribute('src', String(before))
  await page.getByRole('textbox', { name: /Padding/ }).fill('2.5')
  await expect(page.getByText('Enter a whole number.')).toBeVisible()
  await page.getByRole('textbox', { name: /Padding/ }).fill('8')
  await page.getByRole('combobox', { name: 'Add step' }).selectOption('cutout')
  await expect(page.getByRole('group', { name: 'Cutout' })).toBeVisible()
  await page.getByRole('button', { name: 'Remove Cutout' }).click()
  await expect(page.getByRole('group', { name: 'Cutout' })).toHaveCount(0)
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('a dataset without problems says so', async () => {
  await page.getByRole('button', { name: /^Problems/ }).click()
  await expect(page.getByText(/All 192 images are readable/)).toBeVisible()
})

async function openWizard(): Promise<void> {
  await page.goto(`${studio.origin}/#/add-dataset`)
  await expect(page.getByRole('heading', { level: 1, name: 'Add dataset' })).toBeVisible()
}

test('the wizard refuses a wrong name, a taken one and a path that is not there', async () => {
  await openWizard()
  await page.getByRole('radio', { name: /Path on the engine/ }).check()
  await page.getByRole('textbox', { name: /^Path/ }).fill('/nowhere/at/all')
  await page.getByRole('textbox', { name: /^Path/ }).press('Tab')
  await expect(page.getByRole('alert')).toContainText('/nowhere/at/all')
  await page.getByRole('textbox', { name: /^Name/ }).fill('colours')
  await expect(page.getByText('A dataset named colours already exists.')).toBeVisible()
  await page.getByRole('textbox', { name: /^Name/ }).fill('no spaces please')
  await expect(page.getByText(/Use letters, digits/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add', exact: true })).toBeDisabled()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('a path on the engine is looked at and added', async () => {
  await openWizard()
  await page.getByRole('radio', { name: /Path on the engine/ }).check()
  await page.getByRole('textbox', { name: /^Path/ }).fill(studio.images)
  await page.getByRole('textbox', { name: /^Path/ }).press('Tab')
  await expect(page.getByText(/^Format: /)).toBeVisible()
  await page.getByRole('textbox', { name: /^Name/ }).fill('by-path')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible()
})

test('a format is chosen, and its own parameters are filled in', async () => {
  const labels = join(studio.images, 'own-columns.csv')
  const rows = ['red', 'blue'].flatMap((kind) =>
    Array.from({ length: 8 }, (_, index) => `train/${kind}/${index}.png;${kind}ish`),
  )
  writeFileSync(labels, ['picture;kind', ...rows].join('\n'))
  await openWizard()
  await page.getByRole('radio', { name: /Path on the engine/ }).check()
  await page.getByRole('textbox', { name: /^Path/ }).fill(labels)
  await page.getByRole('textbox', { name: /^Name/ }).fill('by-table')
  await page.getByRole('combobox', { name: 'Format' }).selectOption('csv-labels')
  await page.locator('summary', { hasText: 'Format: CSV labels' }).click()
  await page.getByRole('textbox', { name: 'File column' }).fill('picture')
  await page.getByRole('textbox', { name: 'Class column' }).fill('kind')
  await page.getByRole('textbox', { name: 'Delimiter' }).fill('too long')
  await expect(page.getByRole('button', { name: 'Add', exact: true })).toBeDisabled()
  await page.getByRole('textbox', { name: 'Delimiter' }).fill(';')
  expect(await violationsInBothThemes(page)).toEqual([])
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible()
  rmSync(labels)
  await page.goto(`${studio.origin}/#/datasets/by-table`)
  await expect(page.getByRole('combobox', { name: 'Class' })).toContainText('redish')
})

test('a folder of this computer is sent, with a file that is no image told of', async ({}, info) => {
  const folder = info.outputPath('sent')
  for (const name of ['red', 'blue']) {
    mkdirSync(join(folder, 'train', name), { recursive: true })
    for (let index = 0; index < 8; index++)
      writeFileSync(
        join(folder, 'train', name, `${index}.png`),
        readFileSync(join(studio.images, 'train', name, `${index}.png`)),
      )
  }
  writeFileSync(join(folder, 'train', 'red', 'broken.png'), 'no picture')
  await openWizard()
  await page.getByRole('radio', { name: /Folder on this computer/ }).check()
  await page.locator('input[webkitdirectory]').setInputFiles(folder)
  await expect(page.getByText('17 files')).toBeVisible()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible()
  await page.goto(`${studio.origin}/#/datasets/sent`)
  await page.getByRole('button', { name: /^Problems/ }).click()
  await expect(page.getByRole('rowheader', { name: /broken.png/ })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('a folder that is dropped on the wizard is sent as a folder', async ({}, info) => {
  await openWizard()
  const folder = join(info.outputPath(''), '..', 'dropped-colours')
  for (const name of ['red', 'blue']) {
    mkdirSync(join(folder, name), { recursive: true })
    for (let index = 0; index < 8; index++)
      writeFileSync(
        join(folder, name, `${index}.png`),
        readFileSync(join(studio.images, 'train', name, `${index}.png`)),
      )
  }
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 500, y: 260, data })
  await expect(page.getByRole('radio', { name: /Folder on this computer/ })).toBeChecked()
  await expect(page.getByText('16 files')).toBeVisible()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue('dropped-colours')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible()
  await page.goto(`${studio.origin}/#/datasets/sent`)
})

test('a dataset is removed after a question', async () => {
  await page.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText('The original files are not changed.')).toBeVisible()
  await page.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Datasets' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'sent' })).toHaveCount(0)
})

test('no page error happened', () => {
  expect(problems).toEqual([])
})
