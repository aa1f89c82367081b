import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Download, Page } from '@playwright/test'
import { unzipSync } from 'fflate'
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
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
})

test.afterAll(async () => {
  await page?.context().close()
  await studio?.close()
})

async function open(path: string, title: string | RegExp): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${studio.origin}/#${path}`)
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
}
const saved = async (click: () => Promise<void>): Promise<Download> =>
  (await Promise.all([page.waitForEvent('download'), click()]))[0]
const textOf = async (download: Download): Promise<string> => readFileSync(await download.path(), 'utf8')
const nav = (name: string) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })

test('a preset makes an int8 version, measures it and shows it beside the first', async () => {
  await nav('New run').click()
  await page.getByRole('button', { name: 'Presets' }).click()
  await page.getByRole('button', { name: /Quantize \(PTQ\)/ }).click()
  await expect(page.getByRole('region', { name: 'Estimate' }).getByRole('row', { name: /quantize/i })).toContainText(
    'kB',
  )
  await page
    .getByRole('listitem', { name: '3. Benchmark' })
    .getByRole('textbox', { name: /^Rounds/ })
    .fill('3')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(page.locator('.page-head').getByText('done', { exact: true })).toBeVisible({ timeout: 120_000 })
  await nav('Versions').click()
  await expect(page.getByRole('row', { name: /int8/ })).toContainText('%')
})

test('the lab quantizes a weight and an output, and compares the observers', async () => {
  await open('/lab', 'Quantization lab')
  await page.getByRole('combobox', { name: 'Version' }).selectOption('tiny')
  await expect(page.getByRole('img', { name: /Quantized value against input value/ })).toBeVisible()
  const observers = page.getByRole('region', { name: 'Range chosen by each observer' })
  await expect(observers.getByRole('radio', { name: 'Min-max', exact: true })).toBeChecked()
  const formula = page.getByRole('group', { name: 'Formula with values' })
  const before = await formula.textContent()
  await page.getByRole('slider', { name: /Range/ }).fill('40')
  await expect(formula).not.toHaveText(String(before))
  await page.getByRole('button', { name: 'affine' }).click()
  await page.getByRole('button', { name: 'uint8' }).click()
  await page.getByRole('checkbox', { name: /7 bits/ }).check()
  await expect(formula).toContainText('127')
  await observers.getByRole('radio', { name: /percentile/i }).check()
  await page.getByRole('button', { name: 'Full range' }).click()

  const field = page.getByRole('textbox', { name: /Range/ })
  await field.fill('wide')
  await expect(page.getByText('Enter a number.')).toBeVisible()
  await field.fill('100')

  await page.getByRole('button', { name: 'Output', exact: true }).click()
  await expect(page.getByRole('img', { name: /Error: histogram/ })).toBeVisible()
  await expect(observers.getByRole('row').nth(1)).toContainText('dB')
  const csv = await textOf(
    await saved(() => page.getByRole('group', { name: 'Save Error as' }).getByRole('button', { name: 'CSV' }).click()),
  )
  expect(csv.split(/\r?\n/)[0]).toBe('From,To,Count')
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('two versions are compared in every respect', async () => {
  await open('/', 'Versions')
  await page.getByRole('checkbox', { name: 'Select tiny', exact: true }).check()
  await page.getByRole('row', { name: /int8/ }).last().getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Compare 2' }).click()
  await page.getByRole('button', { name: /Evaluate on the same/ }).click()
  await expect(page.locator('.page-head').getByText('done', { exact: true })).toBeVisible({ timeout: 120_000 })
  await page.goBack()

  await expect(page.getByRole('img', { name: /Accuracy difference .*95% CI/ })).toBeVisible()
  await expect(page.getByText('p-value (McNemar)')).toBeVisible()
  await expect(
    page
      .getByRole('row', { name: /^Accuracy vs\. tiny/ })
      .getByRole('cell')
      .last(),
  ).toHaveText(/^(not )?significant, p [=<] /)
  await page.getByRole('button', { name: /^Wrong → correct/ }).click()
  for (const [tab, shown] of [
    ['Classes', page.getByRole('rowheader', { name: 'green' }).first()],
    ['Confusion', page.getByRole('region', { name: 'Confusion' }).getByRole('columnheader', { name: 'blue' }).first()],
    ['Layers', page.getByText(/Only changed layers \(\d+ of \d+\)/)],
    ['Recipe', page.getByRole('rowheader', { name: 'step', exact: true })],
    ['Latency', page.getByRole('img', { name: /Batch latency/ })],
  ] as const) {
    await page.getByRole('group', { name: 'Compare' }).getByRole('button', { name: tab }).click()
    await expect(shown).toBeVisible()
    expect(await violationsInBothThemes(page), tab).toEqual([])
  }
})

test('threads and batches are measured as a grid with percentiles', async () => {
  await open('/benchmark', 'Benchmark')
  const batches = page.getByRole('textbox', { name: /Batch sizes/ })
  for (const [text, reason] of [
    ['', 'Required'],
    ['1, x', /whole numbers/],
    ['0', 'Enter 1 or more.'],
    ['99999', 'Enter 1024 or less.'],
  ] as const) {
    await batches.fill(text)
    await expect(batches).toHaveAttribute('aria-invalid', 'true')
    await expect(batches).toHaveAccessibleDescription(reason)
    await expect(page.getByRole('button', { name: 'Run benchmark', exact: true })).toBeDisabled()
  }
  await batches.fill('1, 4')
  await page.getByRole('textbox', { name: /^Threads/ }).fill('1')
  await page.getByRole('textbox', { name: /^Rounds/ }).fill('3')
  await page.getByRole('button', { name: 'Run benchmark', exact: true }).click()
  await expect(page.locator('.page-head').getByText('done', { exact: true })).toBeVisible({ timeout: 120_000 })
  await open('/benchmark', 'Benchmark')
  const grid = page.getByRole('region', { name: 'Threads × batch size' }).last()
  await expect(grid.getByRole('columnheader', { name: 'Batch 4', exact: true })).toBeVisible()
  await expect(grid.getByRole('cell', { name: /img\/s/ }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Latency (p50)' }).click()
  await expect(grid.getByRole('cell', { name: /ms/ }).first()).toBeVisible()
  await page.getByRole('button', { name: 'batch 4, 1 thread' }).click()
  await expect(
    page.getByRole('region', { name: 'Latency percentiles' }).getByRole('columnheader', { name: 'p99' }),
  ).toBeVisible()
  await expect(page.getByRole('img', { name: /Batch latency/ })).toBeVisible()
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('pictures are chosen, dropped and pasted, and several versions answer', async () => {
  await open('/try', 'Try it')
  const picture = join(studio.images, 'test', 'red', '3.png')
  await page.locator('input[type="file"]').setInputFiles(picture)
  const answer = page.getByRole('article', { name: '3.png', exact: true })
  await expect(answer.getByRole('listitem').first()).toContainText('red')
  await expect(answer.getByRole('region')).toHaveCount(2)
  await expect(answer.getByRole('heading').first()).toContainText('ms')

  const bytes = readFileSync(join(studio.images, 'test', 'blue', '5.png')).toString('base64')
  for (const [kind, name] of [
    ['drop', 'dropped.png'],
    ['paste', 'pasted.png'],
  ] as const) {
    await page.evaluate(
      ([type, file, content]) => {
        const data = new DataTransfer()
        data.items.add(
          new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], file, { type: 'image/png' }),
        )
        const target = document.querySelector('main .page') ?? document.body
        target.dispatchEvent(
          type === 'drop'
            ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: data, bubbles: true }),
        )
      },
      [kind, name, bytes] as const,
    )
    await expect(page.getByRole('article', { name }).getByRole('listitem').first()).toContainText('blue')
  }

  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  await expect(page.getByRole('article', { name: 'broken.png' }).getByRole('alert')).toContainText(
    'expected JPEG, PNG or WebP',
  )
  await page.getByRole('button', { name: 'Use test images' }).click()
  await expect(page.getByText(/^True class: /).first()).toBeVisible()
  await page.getByRole('button', { name: /^Versions / }).click()
  await page.getByRole('group', { name: 'Versions' }).getByRole('checkbox', { checked: true }).first().uncheck()
  await expect(answer.getByRole('region')).toHaveCount(1)
  await page.keyboard.press('Escape')
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('everything of a version is exported: model, programs, charts and numbers', async () => {
  await open('/', 'Versions')
  await page.getByRole('row', { name: /int8/ }).last().getByRole('link').first().click()
  await page.getByRole('link', { name: 'Export', exact: true }).click()
  for (const [language, file, content] of [
    ['Python', 'classify.py', 'import onnxruntime'],
    ['JavaScript', 'classify.mjs', 'onnxruntime-node'],
    ['C++', 'classify.cpp', 'onnxruntime_cxx_api.h'],
  ] as const) {
    await page.getByRole('button', { name: language, exact: true }).click()
    const program = await saved(() => page.getByRole('button', { name: `Save ${file}` }).click())
    expect(await textOf(program)).toContain(content)
  }
  const report = await textOf(await saved(() => page.getByRole('button', { name: 'HTML report' }).click()))
  expect(report).toContain('<svg')
  expect(report).not.toMatch(/(src|href)="https?:/)
  const numbers: unknown = JSON.parse(
    await textOf(await saved(() => page.getByRole('button', { name: 'JSON', exact: true }).first().click())),
  )
  expect(JSON.stringify(numbers)).toContain('accuracy')

  const zip = await saved(() => page.getByRole('button', { name: 'Save all charts' }).click())
  const files = unzipSync(readFileSync(await zip.path()))
  expect(Object.keys(files).filter((name) => name.endsWith('.svg')).length).toBeGreaterThanOrEqual(3)
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('.png')) expect([...content.slice(0, 4)], name).toEqual([0x89, 0x50, 0x4e, 0x47])
    if (name.endsWith('.svg')) expect(new TextDecoder().decode(content), name).toContain('<svg')
    if (name.endsWith('.json')) expect(JSON.parse(new TextDecoder().decode(content)), name).toBeTruthy()
    if (name.endsWith('.csv')) expect(new TextDecoder().decode(content).split('\n').length, name).toBeGreaterThan(1)
  }
  expect(await violationsInBothThemes(page)).toEqual([])
})

test('a folder of images that is dropped on the window becomes a dataset', async () => {
  await open('/datasets', 'Datasets')
  const session = await page.context().newCDPSession(page)
  const folder = { items: [], files: [join(studio.images, 'train')], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 700, y: 500, data: folder })
  await expect(page.locator('.page-head').getByText('done', { exact: true })).toBeVisible({ timeout: 60_000 })
  await nav('Datasets').click()
  await expect(page.getByRole('row', { name: /train/ })).toContainText('16×16')
})

test('no page error happened', () => {
  expect(problems).toEqual([])
})
