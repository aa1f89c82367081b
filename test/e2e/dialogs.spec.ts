import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { violationsInBothThemes } from './axe'
import { startStudio } from './studio'
import type { Studio } from './studio'

/** Home in each of its layouts, and everything that opens over a screen, in both themes. */
test.describe.configure({ mode: 'serial' })

let studio: Studio
let page: Page

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--name', 'tiny-int8')
  for (const version of ['tiny', 'tiny-int8']) await studio.nnopt('evaluate', version, '--dataset', 'colours')
  page = await (await browser.newContext()).newPage()
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true }).first()).toBeVisible()
})

test.afterAll(async () => {
  await page?.context().close()
  await studio?.close()
})

async function open(path: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${studio.origin}/#${path}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

async function openVersion(name: string): Promise<void> {
  await open('/')
  await page.getByRole('button', { name: 'Table', exact: true }).click()
  await page.getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

for (const [layout, shown] of [
  ['Overview', 'img'],
  ['Table', 'row'],
  ['Pareto', 'img'],
  ['Lineage', 'button'],
] as const) {
  test(`Home as ${layout}, with a selection and without`, async () => {
    await open('/')
    await page.getByRole('button', { name: layout, exact: true }).click()
    await expect(page.getByRole('main').getByRole(shown).first()).toBeVisible()
    expect(await violationsInBothThemes(page)).toEqual([])
    if (layout !== 'Overview' && layout !== 'Table') return
    await page.getByRole('checkbox', { name: 'Select all' }).check()
    await expect(page.getByRole('button', { name: 'Compare 2' })).toBeVisible()
    expect(await violationsInBothThemes(page)).toEqual([])
  })
}

test('points of the Pareto view are selected by keys alone', async () => {
  await open('/')
  await page.getByRole('button', { name: 'Pareto', exact: true }).click()
  await page.getByRole('application', { name: 'Points ordered by cost' }).focus()
  const point = page.getByRole('status').filter({ hasText: '%' })
  // Points can be reached once the first picture has been painted.
  await expect(async () => {
    await page.keyboard.press('Home')
    await expect(point).toBeVisible({ timeout: 500 })
  }).toPass()
  for (const key of ['Enter', 'ArrowRight', ' ']) await page.keyboard.press(key)
  await expect(point).toBeVisible()
  await expect(page.getByRole('button', { name: 'Compare 2' })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('the columns that can be chosen', async () => {
  await open('/')
  await page.getByRole('button', { name: 'Table', exact: true }).click()
  await page.getByRole('button', { name: 'Columns' }).click()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('the palette, with commands and without', async () => {
  await open('/')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
  await page.getByRole('combobox', { name: 'Commands' }).fill('nothing is called so')
  await expect(page.getByRole('option')).toHaveCount(0)
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('the sheet of shortcuts', async () => {
  await open('/')
  await page.getByRole('main').focus()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

for (const step of ['Evaluate', 'Quantize', 'Fine-tune', 'Benchmark', 'Tune runtime']) {
  test(`the form that a version's ${step} opens, with a wrong value`, async () => {
    await openVersion('tiny')
    const button = page.getByRole('button', { name: step, exact: true })
    await button.click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.locator('.field').or(dialog.locator('form')).first()).toBeVisible()
    expect(await violationsInBothThemes(page)).toEqual([])
    const number = dialog.locator('input[inputmode="numeric"], input[inputmode="decimal"]').first()
    if ((await number.count()) === 0) return
    await number.fill('many')
    await expect(number).toHaveAttribute('aria-invalid', 'true')
    expect(await violationsInBothThemes(page)).toEqual([])
  })
}

test('an int8 version says how well it can be predicted, and on which CPU that was measured', async () => {
  await openVersion('tiny-int8')
  const facts = page.getByRole('region', { name: 'Quantization' })
  await expect(facts.getByRole('definition')).toHaveText([
    /^100\.0% agreement on \d+ images, largest score difference 0$/,
    /^(No channels to pad, or none that could be|100\.0% agreement on .*, 0\.0 pt \(95% CI .*\))$/,
    /^0 of [\d,]+; [\d,]+ with full-range weights$/,
    /; int8 products (saturate|are exact)$/,
  ])
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('New run, with every setting unfolded and a wrong one', async () => {
  await open('/new')
  await expect(page.getByRole('textbox', { name: 'YAML' })).not.toHaveValue('')
  await page
    .locator('.step details')
    .evaluateAll((all) => all.forEach((each) => ((each as HTMLDetailsElement).open = true)))
  expect(await violationsInBothThemes(page)).toEqual([])
  await page.getByRole('textbox', { name: 'YAML' }).fill('name: x\nsteps: [')
  await expect(page.getByRole('alert')).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
  for (const menu of ['Presets', 'Add step']) {
    await page.getByRole('button', { name: menu }).click()
    expect(await violationsInBothThemes(page), menu).toEqual([])
    await page.keyboard.press('Escape')
  }
})

test('adding a dataset from each source, and the question before one is removed', async () => {
  await open('/add-dataset')
  for (const source of await page.getByRole('radio').all()) {
    await source.check()
    expect(await violationsInBothThemes(page)).toEqual([])
  }
  await open('/datasets/colours')
  await page.getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText('The original files are not changed.')).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('settings and the notice of an engine that is gone', async () => {
  await open('/settings')
  expect(await violationsInBothThemes(page)).toEqual([])
  const back = studio.restart()
  await expect(page.getByText(/Cannot reach the engine|no valid token/)).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
  await back
})
