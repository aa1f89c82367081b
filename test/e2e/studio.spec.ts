import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { startStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let page: Page
const problems: string[] = []

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  page = await browser.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
})

test.afterAll(async () => {
  await page?.close()
  await studio?.close()
})

const screens = ['versions', 'runs', 'datasets', 'system'] as const

async function open(screen: (typeof screens)[number]): Promise<void> {
  await page.goto(`${studio.origin}/#/${screen === 'versions' ? '' : screen}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

async function startStep(button: string, change: () => Promise<void> = async () => undefined): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await change()
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible({ timeout: 120_000 })
}

test('the address with the token opens the workspace', async () => {
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
  await expect(page.getByText('Evaluate a version to see its accuracy here.')).toBeVisible()
  expect(page.url()).not.toContain('token')
})

test('without the token there is only an empty shell', async ({ browser }) => {
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(studio.origin)
  await expect(stranger.getByText('This page has no valid token')).toBeVisible()
  const refused = await stranger.evaluate(() => fetch('/rpc').then(({ status }) => status))
  expect(refused).toBe(401)
  await stranger.context().close()
})

test('a version is evaluated, quantized and measured from its page', async () => {
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await startStep('Evaluate')
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await expect(page.getByText(/48 images of colours \(test\)/)).toBeVisible()
  await startStep('Quantize')
  await page.getByRole('link', { name: 'Open result' }).click()
  await expect(page.getByText('int8', { exact: true })).toBeVisible()
  await startStep('Evaluate')
})

test('a form refuses a wrong value at its field', async () => {
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await page.getByRole('button', { name: 'Evaluate' }).click()
  const field = page.getByRole('textbox', { name: /batchSize/ })
  await field.fill('0')
  await expect(page.getByText('Expected 1 or more')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled()
  await field.fill('many')
  await expect(page.getByText('Expected a number')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
})

test('two versions are compared', async () => {
  await open('versions')
  const boxes = page.getByRole('checkbox')
  await boxes.nth(0).check()
  await boxes.nth(1).check()
  await page.getByRole('button', { name: 'Compare 2' }).click()
  await expect(page.getByRole('rowheader', { name: 'Accuracy', exact: true })).toBeVisible()
  await expect(page.getByRole('rowheader', { name: 'red' })).toBeVisible()
})

test('the training run shows its curves as charts and as numbers', async () => {
  await open('runs')
  await page.getByRole('link', { name: /train tiny-cnn/ }).click()
  await expect(page.getByRole('img', { name: 'Accuracy' })).toBeVisible()
  await page.getByText('Numbers of this chart').first().click()
  await expect(page.getByRole('columnheader', { name: 'validation' })).toBeVisible()
})

test('tags and notes are kept', async () => {
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await page.getByLabel('Tags, separated by commas').fill('first, kept')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved')).toBeVisible()
  await open('versions')
  await expect(page.getByText('kept', { exact: true })).toBeVisible()
  await page.getByRole('searchbox').fill('nothing like this')
  await expect(page.getByText('No version matches the filter.')).toBeVisible()
  await page.getByRole('searchbox').fill('')
})

test('a second window sees what the command line does', async () => {
  await open('versions')
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--mode', 'ptq', '--name', 'from-terminal')
  await expect(page.getByRole('link', { name: 'from-terminal' })).toBeVisible()
})

test('the page says when the engine is gone, and comes back with it', async () => {
  await open('versions')
  const back = studio.restart()
  await expect(page.getByText(/The engine does not answer|no valid token/)).toBeVisible({ timeout: 5000 })
  await back
})

test.describe('accessibility', () => {
  test.beforeAll(async ({ browser }) => {
    await page.close()
    await studio.close()
    studio = await startStudio()
    page = await browser.newPage()
    await page.goto(studio.url)
    await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
  })

  for (const theme of ['light', 'dark'] as const) {
    for (const screen of screens) {
      test(`${screen}, ${theme}`, async () => {
        await page.emulateMedia({ colorScheme: theme })
        await page.evaluate((value) => localStorage.setItem('nnopt.theme', value), theme)
        await page.reload()
        await open(screen)
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
      })
    }
  }

  test('everything is reached by keyboard', async () => {
    await open('versions')
    await page.keyboard.press('Tab')
    await expect(page.getByText('Skip to content')).toBeFocused()
    await page.keyboard.press('Tab')
    await expect(page.getByRole('link', { name: 'Versions' })).toBeFocused()
  })
})

test('no page error happened', () => {
  expect(problems).toEqual([])
})
