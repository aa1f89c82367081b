import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { BrowserContext, Page } from '@playwright/test'
import { startStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let context: BrowserContext
let page: Page
/** What the browser itself complains of, such as something that the policy of the page refuses. */
const complaints: string[] = []

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--name', 'tiny-int8')
  await studio.nnopt('evaluate', 'tiny', '--dataset', 'colours')
  await studio.nnopt('evaluate', 'tiny-int8', '--dataset', 'colours')
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

/** From an empty page: a reload in the middle of the router's own navigation would be taken back to where it came from. */
async function open(path: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${studio.origin}/#${path}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

async function openLink(path: string, name: string | RegExp): Promise<void> {
  await open(path)
  await page.getByRole('link', { name, exact: true }).first().click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

interface Screen {
  readonly name: string
  readonly show: () => Promise<void>
}

const screens: readonly Screen[] = [
  {
    name: 'versions',
    show: async () => {
      await open('/')
      await expect(page.getByRole('img', { name: /Accuracy against/ })).toBeVisible()
    },
  },
  {
    name: 'version',
    show: async () => {
      await openLink('/', 'tiny-int8')
      await expect(page.getByRole('heading', { name: 'Confusion' })).toBeVisible()
    },
  },
  {
    name: 'form',
    show: async () => {
      await openLink('/', 'tiny')
      await page.getByRole('button', { name: 'Quantize' }).click()
      await expect(page.getByRole('combobox', { name: /Activation observer/ })).toBeVisible()
    },
  },
  {
    name: 'compare',
    show: async () => {
      await open('/')
      await page.getByRole('checkbox', { name: 'Select all' }).check()
      await page.getByRole('button', { name: 'Compare 2' }).click()
      await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible()
    },
  },
  {
    name: 'layers',
    show: async () => {
      await open('/')
      const link = await page.getByRole('link', { name: 'tiny-int8', exact: true }).first().getAttribute('href')
      await open(`${link?.replace(/^.*#/, '')}/layers`)
      await expect(page.getByRole('table').first()).toBeVisible()
    },
  },
  { name: 'lab', show: () => open('/lab') },
  { name: 'benchmark', show: () => open('/benchmark') },
  { name: 'try', show: () => open('/try') },
  { name: 'new run', show: () => open('/new') },
  { name: 'runs', show: () => open('/runs') },
  {
    name: 'run',
    show: async () => {
      await openLink('/runs', /train tiny-cnn/)
      await expect(page.getByRole('img', { name: 'Accuracy' })).toBeVisible()
      await page.getByText('Numbers of this chart').first().click()
    },
  },
  { name: 'data sets', show: () => open('/datasets') },
  {
    name: 'system',
    show: async () => {
      await open('/system')
      await expect(page.getByRole('rowheader').first()).toBeVisible()
    },
  },
]

/** WCAG 2.0 and 2.1, A and AA, in words: the rule and the elements that break it. */
async function violations(): Promise<readonly string[]> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

for (const theme of ['light', 'dark'] as const) {
  for (const { name, show } of screens) {
    test(`${name}, ${theme}`, async () => {
      await page.evaluate((value) => localStorage.setItem('nnopt.theme', value), theme)
      await show()
      expect(await violations()).toEqual([])
    })
  }
}

test('the theme is switched and kept', async () => {
  await open('/')
  await page.getByRole('button', { name: 'Use light theme' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
})

test('the keyboard reaches the content, opens a screen and goes on in it', async () => {
  await open('/')
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
  await openLink('/', 'tiny')
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
