import { expect, test } from '@playwright/test'
import type { BrowserContext, Page } from '@playwright/test'
import { startStudio } from './studio'
import type { Studio } from './studio'

/** What is done in one tab is seen in the other without a reload. */
test.describe.configure({ mode: 'serial' })

let studio: Studio
let context: BrowserContext
let first: Page
let second: Page

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--name', 'tiny-int8')
  context = await browser.newContext()
  first = await context.newPage()
  await first.goto(studio.url)
  await expect(first.getByRole('link', { name: 'tiny', exact: true }).first()).toBeVisible()
  second = await context.newPage()
  await second.goto(studio.origin)
  await expect(second.getByRole('link', { name: 'tiny', exact: true }).first()).toBeVisible()
})

test.afterAll(async () => {
  await context?.close()
  await studio?.close()
})

const show = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${studio.origin}/#${path}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

test('tags and notes', async () => {
  await first.getByRole('link', { name: 'tiny', exact: true }).first().click()
  await expect(first.getByRole('heading', { level: 1, name: 'tiny' })).toBeVisible()
  const address = new URL(first.url()).hash.slice(1)
  await first.getByLabel('Tags (comma-separated)').fill('from the first tab')
  await first.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(second.getByText('from the first tab', { exact: true })).toBeVisible()

  // A version that is open in both.
  await show(second, address)
  await first.getByLabel('Notes').fill('written in the first')
  await first.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(second.getByLabel('Notes')).toHaveValue('written in the first')
})

test('the order of the queue, and the state of a run', async () => {
  const yaml = first.getByRole('textbox', { name: 'YAML' })
  await show(first, '/new')
  await show(second, '/new')
  const add = async (name: string, step: string): Promise<void> => {
    await yaml.fill(`name: ${name}\nsteps:\n  - ${step}\n`)
    await first.getByRole('button', { name: 'Add to queue' }).click()
    await expect(first.getByText(`${name} was added to the queue.`)).toBeVisible()
  }
  await add('long', '{ step: train, from: tiny, dataset: colours, epochs: 400, batchSize: 4, backend: wasm }')
  for (const name of ['one', 'two', 'three']) await add(name, '{ step: evaluate, version: tiny, dataset: colours }')
  const queue = second.getByRole('list', { name: 'Queue' })
  await expect(queue.getByRole('link')).toHaveText(['one', 'two', 'three'])
  await first.getByRole('button', { name: 'Move three up' }).click()
  await expect(queue.getByRole('link')).toHaveText(['one', 'three', 'two'])
  await second.getByRole('button', { name: 'Remove one from the queue' }).click()
  await expect(first.getByRole('list', { name: 'Queue' }).getByRole('link')).toHaveText(['three', 'two'])

  await show(first, '/runs')
  await show(second, '/runs')
  await first.getByRole('link', { name: 'long', exact: true }).click()
  await first.getByRole('button', { name: 'Pause' }).click()
  await expect(second.getByRole('row', { name: /^long/ })).toContainText('paused')
  await first.getByRole('button', { name: 'Stop', exact: true }).click()
  await first.getByRole('button', { name: 'Stop now' }).click()
  await expect(second.getByRole('row', { name: /^long/ })).toContainText('stopped')
  for (const name of ['two', 'three'])
    await expect(second.getByRole('row', { name: new RegExp(`^${name}`) })).toContainText('done', { timeout: 60_000 })
})

test('a version that is moved to the trash, while the other tab shows it', async () => {
  await show(first, '/')
  await first.getByRole('link', { name: 'tiny-int8', exact: true }).first().click()
  await expect(first.getByRole('heading', { level: 1, name: 'tiny-int8' })).toBeVisible()
  const address = new URL(first.url()).hash.slice(1)
  const list = await context.newPage()
  await show(list, '/')
  await expect(list.getByRole('link', { name: 'tiny-int8', exact: true }).first()).toBeVisible()
  await show(second, address)
  await first.getByRole('button', { name: 'Move to trash' }).click()
  await expect(list.getByRole('link', { name: 'tiny-int8', exact: true })).toHaveCount(0)
  await expect(second.getByText(/trash|no version/i).first()).toBeVisible()
  await list.close()
})

test('a dataset that is removed', async () => {
  await show(second, '/datasets')
  await expect(second.getByRole('link', { name: 'colours' })).toBeVisible()
  await show(first, '/datasets/colours')
  await first.getByRole('button', { name: 'Remove' }).click()
  await first.getByRole('button', { name: 'Remove' }).click()
  await expect(second.getByRole('link', { name: 'colours' })).toHaveCount(0)
})

test('bad YAML says the line', async () => {
  await show(first, '/new')
  const yaml = first.getByRole('textbox', { name: 'YAML' })
  for (const [text, line] of [
    ['name: x\nsteps:\n  - step: evaluate\n   version: [', 'line 4'],
    ['name: x\nname: y\nsteps: []\n', 'line 2'],
  ] as const) {
    await yaml.fill(text)
    await expect(yaml).toHaveAttribute('aria-invalid', 'true')
    await expect(yaml).toHaveAccessibleDescription(new RegExp(line))
  }
})
