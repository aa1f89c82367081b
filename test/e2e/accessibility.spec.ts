import { expect, test } from '@playwright/test'
import type { BrowserContext, Page } from '@playwright/test'
import { violationsInBothThemes } from './axe'
import { overflow, walk } from './reach'
import { fillStudio, open, openLink, screens } from './screens'
import { startStudio } from './studio'
import type { Studio } from './studio'

let studio: Studio
let context: BrowserContext
let page: Page
/** What the browser itself complains of, such as something that the policy of the page refuses. */
const complaints: string[] = []

test.beforeEach(() => page.setViewportSize({ width: 1280, height: 860 }))

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  await fillStudio(studio)
  context = await browser.newContext()
  page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
})

test.afterAll(async () => {
  await context?.close()
  await studio?.close()
})

for (const { name, show } of screens) {
  test(`${name}: for eyes, ears, keyboards and large text`, async () => {
    await show(page, studio.origin)
    expect.soft(await violationsInBothThemes(page), 'rules of WCAG A and AA').toEqual([])
    await chartsAreTold()
    const { unreached, unseen } = await walk(page)
    expect.soft(unreached, 'out of reach of the Tab key').toEqual([])
    expect.soft(unseen, 'without a visible focus').toEqual([])
    for (const width of [1280, 900]) {
      await page.setViewportSize({ width, height: 860 })
      await page.evaluate(() => document.documentElement.style.setProperty('--text-size', '2'))
      await expect
        .soft(async () => expect(await page.evaluate(overflow)).toEqual([]), `text twice as large in ${width} pixels`)
        .toPass({ timeout: 5000 })
      await page.evaluate(() => document.documentElement.style.removeProperty('--text-size'))
    }
  })
}

/** Every chart has a label, and its numbers as a table. */
async function chartsAreTold(): Promise<void> {
  for (const chart of await page.locator('figure:has(canvas)').all()) {
    const title = await chart.getByRole('img').getAttribute('aria-label')
    expect.soft(title, 'label of a chart').toMatch(/\S/)
    const numbers = chart.getByText('Chart data')
    await numbers.click()
    await expect.soft(chart.getByRole('row').nth(1), `table of '${title}'`).toBeVisible()
    await expect.soft(chart.getByRole('rowheader').first(), `table of '${title}'`).toHaveText(/\S/)
    await numbers.click()
  }
}

test('the theme is switched and kept', async () => {
  await open(page, studio.origin, '/')
  await page.getByRole('button', { name: 'Use dark theme' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('the keyboard reaches the content, opens a screen and goes on in it', async () => {
  await open(page, studio.origin, '/')
  await page.keyboard.press('Tab')
  await expect(page.getByText('Skip to content')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.getByRole('link', { name: 'Runs' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible()
  await expect(page.getByRole('main')).toBeFocused()
  await expect(page).toHaveTitle('Runs · NNOpt Studio')
})

test('a form is closed with Escape and gives the focus back', async () => {
  await openLink(page, studio.origin, '/', 'tiny')
  const button = page.getByRole('button', { name: 'Evaluate' })
  await button.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(button).toBeFocused()
})

test('the browser complained of nothing on any screen', () => {
  expect(complaints).toEqual([])
})

test('nothing moves for those who ask for less motion', async ({ browser }) => {
  const calm = await browser.newPage({ reducedMotion: 'reduce' })
  await calm.goto(studio.url)
  await expect(calm.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
  const moving = await calm.evaluate(() =>
    Array.from(document.querySelectorAll('*'))
      .filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element)
        return transitionDuration.split(', ').some((time) => Number.parseFloat(time) > 0) || animationName !== 'none'
      })
      .map(({ tagName }) => tagName),
  )
  expect(moving).toEqual([])
  await calm.close()
})
