import { expect, test } from '@playwright/test'
import type { BrowserContext, Page } from '@playwright/test'
import { violationsInBothThemes } from './axe'
import { measured } from './measured'
import { startStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let context: BrowserContext
let page: Page
const problems: string[] = []

interface Facts {
  readonly totalParams: number
  readonly macs: number
}

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  page = await context.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
})

test.afterAll(async () => {
  await context?.close()
  await studio?.close()
})

const fact = (label: string | RegExp) => page.locator('.facts > div').filter({ has: page.getByText(label) })
const digits = async (label: string): Promise<number> =>
  Number((await fact(label).locator('dd').innerText()).split(/\s/)[0]!.replaceAll(/[^\d.]/g, ''))
const slider = (index: number) => page.getByRole('region', { name: 'Groups of tiny' }).getByRole('slider').nth(index)

async function open(): Promise<void> {
  await page.goto(`${studio.origin}/#/prune`)
  await expect(page.getByRole('region', { name: 'Groups of tiny' })).toBeVisible()
}

test('groups are listed with what they hold and why some stay whole', async () => {
  await page.getByRole('link', { name: 'Pruning planner', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Groups of tiny' })).toBeVisible()
  await expect(page.getByText(/Not pruned: its channels are the model's output/)).toBeVisible()
  const { totalParams } = (await studio.nnopt('show', 'tiny')) as Facts
  expect(await digits('Parameters')).toBe(totalParams)
  await expect(page.getByRole('button', { name: 'Prune', exact: true })).toBeDisabled()
})

test('sliders say at once what would be left, by keyboard too', async () => {
  const before = await digits('Parameters')
  await slider(0).focus()
  await page.keyboard.press('End')
  await expect.poll(() => digits('Parameters')).toBeLessThan(before)
  await page.keyboard.press('Home')
  await expect.poll(() => digits('Parameters')).toBe(before)
  await expect(fact('gzip size').locator('dd')).toContainText('B')
})

test('the plan follows a slider at once', async ({}, info) => {
  const followed = (selector: string): Promise<number> =>
    page.evaluate<number>(`(async () => {
    const slider = document.querySelector(${JSON.stringify(selector)})
    const macs = document.querySelectorAll('.facts > div')[1]
    const times = []
    for (const share of [0.25, 0.5, 0.75, 0.5, 0.25, 0.5]) {
      const before = macs.textContent
      const from = performance.now()
      slider.value = String(Math.round(Number(slider.max) * share))
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      while (macs.textContent === before && performance.now() - from < 5000) await new Promise((resolve) => requestAnimationFrame(resolve))
      times.push(performance.now() - from)
    }
    return times.sort((a, b) => a - b)[3]
  })()`)
  measured(info, 'the plan after a slider of one group', await followed('tbody tr input[type="range"]'), 'ms', {
    below: 100,
  })
  await page.getByRole('button', { name: 'MACs' }).click()
  await expect.poll(() => digits('MACs')).toBeGreaterThan(0)
  measured(info, 'the plan after the slider of the goal', await followed('.goal input[type="range"]'), 'ms', {
    below: 150,
  })
  await page.getByRole('button', { name: 'Manual' }).click()
  await page.getByRole('button', { name: 'Reset' }).click()
})

test('a number that would empty a layer is refused at its field', async () => {
  const field = page.getByRole('region', { name: 'Groups of tiny' }).getByRole('textbox').first()
  await field.fill('100')
  await expect(page.getByText(/More would remove all \d+ channels of a layer/)).toBeVisible()
  await field.fill('half')
  await expect(page.getByText('Enter a number.')).toBeVisible()
  await field.fill('0')
})

test('the scan measures every group, and the chart has its numbers as a table', async () => {
  await page.getByRole('button', { name: 'Scan sensitivity' }).click()
  await expect(page.getByRole('img', { name: /Accuracy against share of channels removed/ })).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByRole('button', { name: 'Scan sensitivity' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('img', { name: /Accuracy when only .* loses channels/ }).first()).toBeVisible()
  await page.getByText('Chart data').click()
  await expect(page.getByRole('columnheader', { name: 'Accuracy' })).toBeVisible()
})

test('both themes are accessible', async () => {
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('a goal is met by the groups that are free', async () => {
  await page.getByRole('button', { name: 'Parameters' }).click()
  const before = await digits('Parameters')
  const { totalParams } = (await studio.nnopt('show', 'tiny')) as Facts
  await expect.poll(() => digits('Parameters')).toBeLessThan(0.53 * totalParams)
  expect(before).toBeGreaterThan(0)
  await expect(fact('Expected accuracy before fine-tuning').locator('dd')).toContainText('%')
  const protect = page.getByRole('checkbox', { name: /^Protect/ }).first()
  await protect.check()
  await expect(slider(0)).toBeDisabled()
  await protect.uncheck()
})

test('what would be cut is measured on request', async () => {
  await page.getByRole('button', { name: 'Measure', exact: true }).click()
  await expect(fact('Measured latency (1 image)').locator('dd').first()).toContainText('ms', { timeout: 60_000 })
  await expect(page.getByText(/Measured without fine-tuning/)).toBeVisible({ timeout: 60_000 })
  await expect(fact(/Predicted latency/).locator('dd')).toContainText('ms')
})

test('the version that is cut has the parameters and operations that were planned', async () => {
  const params = await digits('Parameters')
  const macs = await fact('MACs').locator('dd').innerText()
  await page.getByRole('button', { name: 'Prune', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: /^Epochs/ }).fill('-1')
  await expect(dialog.getByText('Enter 0 or more.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Start' })).toBeDisabled()
  await dialog.getByRole('textbox', { name: /^Epochs/ }).fill('1')
  await dialog.getByRole('textbox', { name: /^Name/ }).fill('planned')
  expect(await violationsInBothThemes(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible({ timeout: 120_000 })
  const cut = (await studio.nnopt('show', 'planned')) as Facts
  expect(cut.totalParams).toBe(params)
  expect(
    macs.startsWith(`${new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 }).format(cut.macs / 1e6)} M`),
    `${macs} ${cut.macs}`,
  ).toBe(true)
})

test('the step goes into a recipe with its ratios', async () => {
  await open()
  await page.getByRole('button', { name: 'Open as recipe' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'New run' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'YAML' })).toHaveValue(/method: l1-structured[\s\S]*pruningRatio:/)
})

test('layers ticked on the model screen are protected', async () => {
  await page.goto(`${studio.origin}/#/`)
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'tiny' })).toBeVisible()
  await page.goto(`${page.url()}/layers`)
  await page.getByRole('checkbox', { name: /^Mark/ }).first().check()
  await page.getByRole('link', { name: 'Plan pruning' }).click()
  await expect(
    page
      .getByRole('region', { name: 'Groups of tiny' })
      .getByRole('checkbox', { name: /^Protect/ })
      .first(),
  ).toBeChecked()
})

test('no page error happened', () => {
  expect(problems).toEqual([])
})
