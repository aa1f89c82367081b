import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { runnerImport } from 'vite'
import { measured } from './measured'
import { startEmptyStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

const nodeCount = 2000

let studio: Studio
let page: Page
let address: string

test.beforeAll(async ({ browser }, info) => {
  const { module } = await runnerImport<{ deepNetwork(nodes: number): Uint8Array }>(
    join(import.meta.dirname, '..', 'helpers', 'deepNetwork.ts'),
  )
  const file = info.outputPath('deep.onnx')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, module.deepNetwork(nodeCount))
  studio = await startEmptyStudio()
  await studio.nnopt('import', file, '--name', 'deep')
  page = await browser.newPage()
  // Notes when the first box of the graph and the first row of the table are there.
  await page.addInitScript(() => {
    const seen: Record<string, number> = {}
    Reflect.set(window, 'seen', seen)
    const wanted = { graph: '.graph [role="button"]', table: 'tbody tr[aria-rowindex]' }
    new MutationObserver(() => {
      for (const [name, selector] of Object.entries(wanted))
        if (location.hash.endsWith('/layers') && seen[name] === undefined && document.querySelector(selector))
          seen[name] = performance.now()
    }).observe(document, { childList: true, subtree: true })
  })
  await page.goto(studio.url)
  const href = await page.getByRole('link', { name: 'deep', exact: true }).first().getAttribute('href')
  address = `${studio.origin}/${href}/layers`
})

test.afterAll(async () => {
  await page?.close()
  await studio?.close()
})

const graph = () => page.getByRole('region', { name: 'Network graph' })

/** Milliseconds from an action in the page to the end of the frame that shows what it changed. */
const shownAfter = (action: string, until: string): Promise<number> =>
  page.evaluate<number>(`(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  const before = performance.now()
  ;${action}
  while (!(${until})) await frame()
  await frame()
  return performance.now() - before
})()`)

const typed = (text: string): string =>
  `const input = document.querySelector('main input[type="search"]'); input.value = ${JSON.stringify(text)}; input.dispatchEvent(new Event('input'))`
const pressed = (label: string): string =>
  `[...document.querySelectorAll('.graph .controls button')].find((button) => button.textContent.trim() === ${JSON.stringify(label)}).click()`

test(`a network of ${nodeCount} nodes is shown soon`, async ({}, info) => {
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    await page.goto('about:blank')
    await page.goto(address)
    await expect(
      graph()
        .getByRole('button', { name: /collapsed/ })
        .first(),
    ).toBeVisible()
    await expect(page.getByText(`${nodeCount.toLocaleString('en')} layers`, { exact: false }).first()).toBeVisible()
    times.push(
      await page.evaluate(() => {
        const seen = Reflect.get(window, 'seen') as Record<string, number>
        return Math.max(seen.graph!, seen.table!)
      }),
    )
  }
  measured(info, `graph and table of ${nodeCount} nodes, first time`, times[0]!, 'ms', { below: 1000 })
  measured(info, `graph and table of ${nodeCount} nodes, opened again`, Math.min(...times), 'ms', { below: 1000 })
})

test('all its nodes are unfolded at once, and only those in sight are drawn', async ({}, info) => {
  const ms = await shownAfter(
    pressed('Expand all'),
    `document.querySelector('.graph .box[aria-label^="stem"]') !== null && !document.querySelector('.graph .box.stage')`,
  )
  measured(info, `${nodeCount} nodes unfolded`, ms, 'ms', { below: 1000 })
  expect(await graph().locator('.box').count()).toBeLessThan(100)
  expect(await page.locator('tbody tr').count()).toBeLessThan(80)
})

test('its layers are searched while one types', async ({}, info) => {
  const rows = `document.querySelectorAll('tbody tr[aria-rowindex]').length`
  const one = await shownAfter(
    typed('blocks.333 '),
    `${rows} > 0 && ${rows} <= 4 && document.querySelectorAll('.graph .faint').length > 0`,
  )
  const many = await shownAfter(typed('conv'), `${rows} > 10`)
  const all = await shownAfter(typed(''), `document.querySelectorAll('.graph .faint').length === 0`)
  measured(info, `search in ${nodeCount} layers`, Math.max(one, many, all), 'ms', { below: 100 })
})

test('colours and a chosen layer follow at once', async ({}, info) => {
  const coloured = await shownAfter(
    `const select = document.querySelector('.tools select'); select.value = 'macs'; select.dispatchEvent(new Event('change'))`,
    'true',
  )
  measured(info, `${nodeCount} nodes in another colour`, coloured, 'ms', { below: 100 })
  const chosen = await shownAfter(
    `document.querySelectorAll('tbody tr[aria-rowindex] button.name')[3].click()`,
    `document.querySelector('tbody tr.selected') !== null`,
  )
  measured(info, `a layer of ${nodeCount} chosen`, chosen, 'ms', { below: 100 })
})

test('it is dragged and zoomed smoothly', async ({}, info) => {
  const box = await graph().boundingBox()
  if (!box) throw new Error('no graph')
  const rates: number[] = []
  for (let round = 0; round < 4; round++) {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.9)
    await page.mouse.down()
    const counted = frames()
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.1, { steps: 80 })
    rates.push(await counted)
    await page.mouse.up()
  }
  measured(info, `pan over ${nodeCount} nodes`, Math.max(...rates), 'frames/s', { atLeast: 50 })
  const counted = frames()
  for (let turn = 0; turn < 20; turn++) await page.mouse.wheel(0, turn < 10 ? 120 : -120)
  measured(info, `zoom over ${nodeCount} nodes`, await counted, 'frames/s', { atLeast: 50 })
})

const frames = (): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const from = performance.now()
        let count = 0
        const next = (): void => {
          count++
          if (performance.now() - from < 800) requestAnimationFrame(next)
          else resolve((count * 1000) / (performance.now() - from))
        }
        requestAnimationFrame(next)
      }),
  )

test('the whole of it fits into sight', async ({}, info) => {
  const ms = await shownAfter(pressed('Fit to view'), `document.querySelectorAll('.graph .box').length > 50`)
  measured(info, `all ${nodeCount} nodes in sight`, ms, 'ms', { below: 1000 })
})
