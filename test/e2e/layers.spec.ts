import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { violationsInBothThemes } from './axe'
import { open } from './screens'
import { startStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let page: Page
const problems: string[] = []

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--name', 'tiny-int8')
  page = await (await browser.newContext()).newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
})

test.afterAll(async () => {
  await page?.context().close()
  await studio?.close()
})

async function openLayers(): Promise<void> {
  await open(page, studio.origin, '/')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await page.getByRole('link', { name: 'Layers', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Layers', exact: true }).getByRole('rowheader').first()).toBeVisible()
}

test('the network is a graph that is searched, folded, coloured and read', async () => {
  await openLayers()
  const graph = page.getByRole('region', { name: 'Network graph' })
  const table = page.getByRole('region', { name: 'Layers', exact: true })
  await expect(graph.getByRole('button', { name: /wide/ }).first()).toBeVisible()
  await expect(table.getByRole('rowheader')).toHaveCount(6)

  await page.getByRole('searchbox', { name: 'Search layers' }).fill('depthwise')
  await expect(table.getByRole('rowheader')).toHaveCount(1)
  await page.getByRole('searchbox', { name: 'Search layers' }).press('Enter')
  await expect(page.getByRole('region', { name: 'depthwise.conv' })).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search layers' }).fill('nowhere')
  await expect(page.getByText('No layers match the search.')).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search layers' }).fill('')

  // Chosen in the graph by keyboard, chosen in the table; and the other way round.
  await graph.getByRole('button', { name: /depthwise/, pressed: true }).press('End')
  const last = graph.getByRole('button', { name: /, Gemm, \d/ })
  await expect(last).toBeFocused()
  await last.press('Enter')
  await expect(table.getByRole('row', { name: /classifier/ })).toHaveClass(/selected/)
  await table.getByRole('button', { name: /stem/ }).click()
  await expect(graph.getByRole('button', { name: /stem/, pressed: true })).toBeVisible()

  const colours = page.getByRole('combobox', { name: 'Color by' })
  for (const measure of await colours.getByRole('option').allTextContents()) await colours.selectOption(measure)
  await page.getByRole('button', { name: 'Measure time' }).click()
  await expect(page.getByText(/per image, of which .* is outside the layers/)).toBeVisible()
  await expect(table.getByRole('columnheader', { name: 'Time' })).toBeVisible()
  await expect(colours).toHaveValue('time')
  await table.getByRole('button', { name: 'MACs' }).click()
  await expect(table.getByRole('columnheader', { name: 'MACs' })).toHaveAttribute('aria-sort', 'descending')

  await graph.getByRole('button', { name: 'Collapse stages' }).click()
  await expect(graph.getByRole('button', { name: /collapsed/ }).first()).toBeVisible()
  await graph.getByRole('button', { name: 'Expand all' }).click()
  await expect(graph.getByRole('button', { name: /collapsed/ })).toHaveCount(0)
})

test('a layer shows its weight and what it gives', async () => {
  await openLayers()
  await page.getByRole('region', { name: 'Layers', exact: true }).getByRole('button', { name: /wide/ }).click()
  const details = page.getByRole('region', { name: 'wide.conv' })
  await expect(details.getByRole('img', { name: /Weights: histogram/ })).toBeVisible()
  await expect(details.getByRole('img', { name: /Zero weights/ })).toBeVisible()
  await details.getByRole('button', { name: 'Record output' }).click()
  await expect(details.getByRole('img', { name: /Output over 32 images/ })).toBeVisible()
  await details.getByText('Chart data').first().click()
  await expect(details.getByRole('columnheader', { name: 'Count' }).first()).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('what a mask keeps at zero is shown as a picture', async () => {
  await studio.nnopt(
    'prune',
    'tiny',
    '--amount',
    '0.7',
    '--dataset',
    'colours',
    '--epochs',
    '1',
    '--backend',
    'wasm',
    '--name',
    'sparse',
  )
  await open(page, studio.origin, '/')
  await page.getByRole('link', { name: 'sparse', exact: true }).click()
  await expect(
    page.getByRole('list').filter({ hasText: 'sparse' }).getByRole('link', { name: 'tiny', exact: true }),
  ).toBeVisible()
  await page.getByRole('link', { name: 'Layers', exact: true }).click()
  await page.getByRole('region', { name: 'Layers', exact: true }).getByRole('button', { name: /wide/ }).click()
  const details = page.getByRole('region', { name: 'wide.conv' })
  await expect(details.getByRole('img', { name: /^Weight mask: [67]\d\.\d% held at zero/ })).toBeVisible()
  await expect(details.getByText('Masked')).toBeVisible()
})

test('layers tell what quantization does to them, and the worst stays in fp32 in the next recipe', async () => {
  await open(page, studio.origin, '/')
  await page.getByRole('link', { name: 'tiny-int8', exact: true }).click()
  await page.getByRole('link', { name: 'Layers', exact: true }).click()
  const table = page.getByRole('region', { name: 'Layers', exact: true })
  await expect(table.getByRole('columnheader', { name: 'SQNR' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Measure SQNR' }).click()
  await expect(page.getByText(/validation images\. Divergence of the scores:/)).toBeVisible({ timeout: 120_000 })

  await expect(page.getByRole('combobox', { name: 'Color by' })).toHaveValue('sqnr')
  const wide = table.getByRole('row', { name: /wide/ })
  await expect(wide.getByRole('cell').first()).toHaveText(/^\d[\d.]* dB$/)
  const shown = await wide.getByRole('cell').first().textContent()
  await expect(
    page.getByRole('region', { name: 'Network graph' }).getByRole('button', { name: `wide conv, Conv, ${shown}` }),
  ).toBeVisible()
  await wide.getByRole('button').click()
  const details = page.getByRole('region', { name: 'wide.conv' })
  await expect(details.getByText('SQNR, weights only')).toBeVisible()
  await expect(details.getByText('SQNR, activations only')).toBeVisible()

  // The same answer is there when the screen is opened again.
  await page.reload()
  await expect(page.getByText(/validation images\. Divergence of the scores:/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Keep 0 in fp32' })).toBeDisabled()
  await page.getByRole('checkbox', { name: 'Mark wide.conv' }).check()
  await page.getByRole('button', { name: 'Keep 1 in fp32' }).click()
  await expect(page.getByRole('textbox', { name: 'YAML' })).toHaveValue(
    /step: quantize[\s\S]*from: (tiny|v-)[\s\S]*keepFp32:\s+- wide.conv/,
  )
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled()
})

test('ticked layers stay in fp32, or out of pruning, in the next recipe', async () => {
  const tick = (layer: string) => page.getByRole('checkbox', { name: `Mark ${layer}` }).check()
  await openLayers()
  await tick('stem.conv')
  await tick('classifier')
  await page.getByRole('button', { name: 'Keep 2 in fp32' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'New run' })).toBeVisible()
  const yaml = page.getByRole('textbox', { name: 'YAML' })
  await expect(yaml).toHaveValue(/step: quantize/)
  await expect(yaml).toHaveValue(/keepFp32:\s+- stem.conv\s+- classifier/)
  await expect(page.getByRole('textbox', { name: /Keep fp32/i })).toHaveValue('stem.conv\nclassifier')
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page.locator('.page-head').getByText('done', { exact: true })).toBeVisible({ timeout: 120_000 })
  await page.getByRole('link', { name: 'Open result' }).click()
  await page.getByRole('link', { name: 'Layers', exact: true }).click()
  await page.getByRole('region', { name: 'Layers', exact: true }).getByRole('button', { name: /stem/ }).click()
  await expect(page.getByText(/16×3×3×3 float32/)).toBeVisible()

  await openLayers()
  await tick('stem.conv')
  await page.getByRole('button', { name: 'Protect 1 from pruning' }).click()
  await expect(yaml).toHaveValue(/step: prune[\s\S]*protect:\s+- stem.conv/)
})

test('no page error happened', () => {
  expect(problems).toEqual([])
})
