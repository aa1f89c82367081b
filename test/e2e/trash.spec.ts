import { expect, test } from '@playwright/test'
import type { BrowserContext, Page } from '@playwright/test'
import { violationsInBothThemes } from './axe'
import { startStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let context: BrowserContext
let page: Page

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--name', 'tiny-int8')
  context = await browser.newContext()
  page = await context.newPage()
})

test.afterAll(async () => {
  await context?.close()
  await studio?.close()
})

const link = (name: string) => page.getByRole('link', { name, exact: true })

test('a page without a token takes one at its field, and refuses a wrong one there', async () => {
  await page.goto(studio.origin)
  const field = page.getByRole('textbox', { name: 'Address or token' })
  await expect(field).toBeFocused()
  await field.fill('http://somewhere/else')
  await expect(field).toHaveAccessibleDescription(/Enter the printed address/)
  await expect(page.getByRole('button', { name: 'Connect' })).toBeDisabled()
  await field.fill('not-the-token-of-this-server')
  await field.press('Enter')
  await expect(field).toHaveAccessibleDescription(/The token is wrong/)
  expect(await violationsInBothThemes(page)).toEqual([])
  await field.fill(studio.url)
  await field.press('Enter')
  await expect(link('tiny')).toBeVisible()
})

test('a version that was removed is called back at once', async () => {
  await page.getByRole('checkbox', { name: 'Select tiny-int8' }).check()
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await expect(page.getByText('tiny-int8 moved to the trash.')).toBeVisible()
  await expect(link('tiny-int8')).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(link('tiny-int8')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Trash/ })).toHaveCount(0)
})

test('the page of a version that is in the trash brings it back', async () => {
  await link('tiny-int8').click()
  await expect(page.getByRole('heading', { level: 1, name: 'tiny-int8' })).toBeVisible()
  const address = page.url()
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Versions' })).toBeVisible()
  await page.goto(address)
  await expect(page.getByText('in trash', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Evaluate' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('button', { name: 'Evaluate' })).toBeVisible()
})

test('the trash restores, and deletes for good after a question', async () => {
  await page.goto(`${studio.origin}/#/`)
  await page.getByRole('checkbox', { name: 'Select all' }).check()
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await expect(page.getByText('2 versions moved to the trash.')).toBeVisible()
  await page.getByRole('button', { name: 'Trash (2)' }).click()
  const trash = page.getByRole('dialog', { name: 'Trash' })
  expect(await violationsInBothThemes(page)).toEqual([])
  await trash.getByRole('button', { name: 'Restore tiny', exact: true }).click()
  await expect(trash.getByRole('row', { name: /^tiny fp32/ })).toHaveCount(0)
  await trash.getByRole('button', { name: 'Delete tiny-int8 permanently' }).click()
  await trash.getByRole('button', { name: 'Cancel' }).click()
  await expect(trash.getByRole('row', { name: /tiny-int8/ })).toBeVisible()
  await trash.getByRole('button', { name: 'Empty trash' }).click()
  await trash.getByRole('button', { name: 'Delete permanently', exact: true }).last().click()
  await expect(trash.getByText('The trash is empty.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(link('tiny')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0)
})
