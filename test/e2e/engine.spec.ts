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

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  context = await browser.newContext()
  page = await context.newPage()
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
})

test.afterAll(async () => {
  await context?.close()
  await studio?.close()
})

const yaml = () => page.getByRole('textbox', { name: 'YAML' })
const openNew = async (query = ''): Promise<void> => {
  // From an empty page, so that what an earlier test wrote is gone.
  await page.goto('about:blank')
  await page.goto(`${studio.origin}/#/new${query}`)
  await expect(page.getByRole('heading', { level: 1, name: 'New run' })).toBeVisible()
  await expect(yaml()).not.toHaveValue('')
}
const status = (text: string) => page.locator('.page-head').getByText(text, { exact: true })

test('a recipe is a form and YAML, and either follows the other', async () => {
  await openNew()
  await expect(yaml()).toHaveValue(/step: quantize[\s\S]*from: tiny/)
  const quantize = page.getByRole('listitem', { name: '1. Quantize' })
  await quantize.getByRole('combobox', { name: /Activation observer/ }).selectOption('percentile')
  await expect(yaml()).toHaveValue(/activationObserver: percentile/)
  await yaml().fill('name: by hand\nsteps:\n  - { step: evaluate, version: tiny, dataset: colours, batchSize: 7 }\n')
  await expect(
    page.getByRole('listitem', { name: '1. Evaluate' }).getByRole('textbox', { name: /Batch size/ }),
  ).toHaveValue('7')
  await expect(page.getByRole('textbox', { name: 'Run name' })).toHaveValue('by hand')
  await expect(page.getByRole('button', { name: 'Start' })).toBeEnabled()
  await yaml().fill('name: by hand\nsteps: [')
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled()
})

test('a recipe that is being written is still there after a look at another screen', async () => {
  await openNew()
  await page.getByRole('textbox', { name: 'Run name' }).fill('half written')
  await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible()
  await page.getByRole('navigation').getByRole('link', { name: 'New run', exact: true }).click()
  await expect(page.getByRole('textbox', { name: 'Run name' })).toHaveValue('half written')
})

test('every wrong value is refused at its field with the reason', async () => {
  await openNew()
  const wrong: readonly (readonly [yaml: string, field: string | RegExp, reason: RegExp])[] = [
    ['{ step: evaluate, version: tiny, dataset: colours, batchSize: 0 }', /^Batch size/, /Enter 1 or more/],
    ['{ step: evaluate, version: tiny, dataset: colours, batchSize: many }', /^Batch size/, /Enter a number/],
    ['{ step: evaluate, version: tiny, dataset: colours, seed: 1.5 }', /^Seed/, /Enter a whole number/],
    ['{ step: evaluate, version: gone, dataset: colours }', /^Version/, /no version named 'gone'/],
    ['{ step: evaluate, version: $later, dataset: colours }', /^Version/, /does not name an earlier step/],
    ['{ step: evaluate, version: tiny, dataset: nowhere }', /^Dataset/, /no dataset named 'nowhere'/],
    [
      '{ step: train, architecture: tiny-cnn, dataset: colours, learningRate: 99 }',
      /^Learning rate/,
      /Enter 10 or less/,
    ],
    ['{ step: quantize, from: tiny, dataset: colours, mode: magic }', /^Mode/, /Choose one of ptq/],
  ]
  for (const [step, field, reason] of wrong) {
    await yaml().fill(`name: wrong\nsteps:\n  - ${step}\n`)
    const control = page.getByRole('listitem').getByLabel(field).first()
    await expect(control).toHaveAttribute('aria-invalid', 'true')
    await expect(control).toHaveAccessibleDescription(reason)
    await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled()
  }
})

test('what a recipe makes and takes is told before it runs', async () => {
  await openNew()
  const estimate = page.getByRole('region', { name: 'Estimate' })
  await expect(estimate.getByRole('row', { name: /quantize/ })).toContainText('kB')
  await expect(estimate.getByRole('row', { name: /evaluate/ })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('killing the engine in the middle of a run is said within two seconds; it comes back, and the run goes on', async ({}, info) => {
  await openNew()
  await yaml().fill(
    'name: long one\nsteps:\n  - { step: train, from: tiny, dataset: colours, epochs: 400, batchSize: 4, backend: wasm }\n',
  )
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByRole('img', { name: 'Loss' })).toBeVisible({ timeout: 60_000 })

  const other = await context.newPage()
  await other.goto(studio.url)
  const before = Date.now()
  await studio.killEngine()
  await expect(page.getByText('The engine stopped (signal SIGKILL)')).toBeVisible()
  measured(info, 'the end of the engine was said after', Date.now() - before, 'ms', { below: 2000 })
  await expect(page.getByText('long one was interrupted.')).toBeVisible()
  await expect(page.getByText('The engine stopped')).toBeHidden()
  measured(info, 'it was back, with the run to be resumed, after', Date.now() - before, 'ms')
  await expect(status('crashed')).toBeVisible()
  await page.locator('.notice').getByRole('button', { name: 'Resume' }).click()
  await expect(status('running')).toBeVisible()

  // Two tabs on one engine show the same.
  await other.goto(`${studio.origin}/#/runs`)
  await expect(other.getByRole('row', { name: /long one/ })).toContainText('running')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(other.getByRole('row', { name: /long one/ })).toContainText('paused')
  await expect(other.getByRole('link', { name: 'long one' })).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(other.getByRole('row', { name: /long one/ })).toContainText('running')
  await other.close()
})

test('runs wait in a queue that can be put in another order, and one is stopped at the end of its epoch', async () => {
  await openNew()
  for (const name of ['first', 'second', 'third']) {
    await yaml().fill(`name: ${name}\nsteps:\n  - { step: evaluate, version: tiny, dataset: colours }\n`)
    await page.getByRole('button', { name: 'Add to queue' }).click()
    await expect(page.getByText(`${name} was added to the queue.`)).toBeVisible()
  }
  const queue = page.getByRole('list', { name: 'Queue' })
  await expect(queue.getByRole('link')).toHaveText(['first', 'second', 'third'])
  await page.getByRole('button', { name: 'Move third up' }).click()
  await expect(queue.getByRole('link')).toHaveText(['first', 'third', 'second'])
  await page.getByRole('button', { name: 'Move first down' }).click()
  await expect(queue.getByRole('link')).toHaveText(['third', 'first', 'second'])
  await page.getByRole('button', { name: 'Remove second from the queue' }).click()
  await expect(queue.getByRole('link')).toHaveText(['third', 'first'])

  await page.goto(`${studio.origin}/#/runs`)
  await page.getByRole('link', { name: 'long one' }).click()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('button', { name: 'Stop after this epoch' }).click()
  await expect(status('stopped')).toBeVisible({ timeout: 60_000 })
  await page.goto(`${studio.origin}/#/runs`)
  await expect(page.getByRole('row', { name: /^first/ })).toContainText('done', { timeout: 60_000 })
})

test('charts zoom, go along epochs and time, are smoothed, laid over each other and saved', async () => {
  await page.getByRole('link', { name: 'long one' }).click()
  await expect(page.getByRole('img', { name: 'Loss' })).toBeVisible()
  await page.getByRole('button', { name: 'time', exact: true }).click()
  await page.getByRole('button', { name: 'epoch', exact: true }).click()
  await page.getByRole('button', { name: 'Log scale' }).click()
  await page.getByRole('slider', { name: /Smoothing/ }).fill('0.9')
  const all = page.getByRole('button', { name: 'Reset zoom' })
  await expect(all).toBeDisabled()
  await page.getByRole('group', { name: /arrow keys to pan/ }).press('+')
  await expect(all).toBeEnabled()
  await all.click()
  await page.getByRole('button', { name: 'Overlay' }).click()
  await page.getByRole('checkbox', { name: /train tiny-cnn/ }).check()
  await page.keyboard.press('Escape')
  await expect(page.getByText(/train tiny-cnn.*: training/).first()).toBeVisible()
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('group', { name: 'Save Loss as' }).getByRole('button', { name: 'CSV' }).click(),
  ])
  expect(csv.suggestedFilename()).toBe('loss.csv')
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save all charts' }).click(),
  ])
  expect(zip.suggestedFilename()).toBe('long one.zip')
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('the keyboard goes everywhere', async () => {
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await expect(page.getByRole('heading', { level: 1, name: 'New run' })).toBeVisible()
  await page.getByRole('main').focus()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('combobox', { name: 'Commands' })
  await palette.fill('quantize tiny')
  await expect(page.getByRole('option', { name: /Quantize tiny/ })).toHaveAttribute('aria-selected', 'true')
  expect(await violationsInBothThemes(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Run name' })).toHaveValue('quantize tiny')
})

test('a version is exported with programs that run it', async () => {
  await page.goto(`${studio.origin}/#/`)
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await page.getByRole('link', { name: 'Export', exact: true }).click()
  await expect(page.getByText('import onnxruntime', { exact: false })).toBeVisible()
  await page.getByRole('button', { name: 'C++' }).click()
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save classify.cpp' }).click(),
  ])
  expect(saved.suggestedFilename()).toBe('classify.cpp')
  const [model] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download tiny' }).first().click(),
  ])
  expect(model.suggestedFilename()).toBe('tiny.onnx')
  const [numbers] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV', exact: true }).first().click(),
  ])
  expect(numbers.suggestedFilename()).toBe('tiny-measurements.csv')
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('settings are kept, and refuse what cannot be', async () => {
  await page.goto(`${studio.origin}/#/settings`)
  await page.getByRole('button', { name: '130%' }).click()
  const drop = page.getByRole('textbox', { name: /Maximum accuracy drop/ })
  await drop.fill('-1')
  await drop.blur()
  await expect(drop).toHaveAccessibleDescription('Enter a number greater than 0.')
  await drop.fill('2')
  await drop.blur()
  await page.reload()
  await expect(page.getByRole('button', { name: '130%' })).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('textbox', { name: /Maximum accuracy drop/ })).toHaveValue('2')
  expect(await violationsInBothThemes(page)).toEqual([])
})
