// Takes the pictures of docs/screenshots, light and dark, from a running interface: node scripts/screenshots.mjs 'ADDRESS PRINTED BY nnopt serve' [SCREEN …]
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'

const [address, ...only] = process.argv.slice(2)
if (!address) {
  console.error('expected the address that nnopt serve printed')
  process.exit(2)
}
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'screenshots')
mkdirSync(folder, { recursive: true })
/** For the screen that tries pictures: files named in PICTURES, with commas between. */
const pictures = (process.env.PICTURES ?? join(folder, '..', '..', 'packaging', 'icon.png')).split(',')

const settled = async (page) => {
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(400)
}

const link = (page, name) => page.getByRole('navigation').getByRole('link', { name, exact: true })

/** These versions and no others. */
async function choose(page, names) {
  await page.getByRole('button', { name: /^Versions / }).click()
  const boxes = page.getByRole('group', { name: 'Versions' }).getByRole('checkbox')
  await boxes.first().waitFor()
  for (let at = 0; at < (await boxes.count()); at++) {
    const name = await boxes.nth(at).locator('xpath=following-sibling::span[1]').textContent()
    await boxes.nth(at).setChecked(names.includes(name))
  }
  await page.keyboard.press('Escape')
}

/** From the first screen to what is shown. */
const screens = {
  versions: async () => undefined,
  version: async (page) => page.getByRole('row', { name: /int8/ }).getByRole('link').first().click(),
  export: async (page) => {
    await page.getByRole('row', { name: /int8/ }).getByRole('link').first().click()
    await page.getByRole('link', { name: 'Export', exact: true }).click()
  },
  new: async (page) => {
    await link(page, 'New run').click()
    await page.getByRole('region', { name: 'Estimate' }).getByRole('row').nth(1).waitFor()
  },
  compare: async (page) => {
    await page.getByRole('row', { name: /fp32/ }).getByRole('checkbox').last().check()
    await page.getByRole('row', { name: /int8/ }).getByRole('checkbox').first().check()
    await page.getByRole('button', { name: 'Compare 2' }).click()
  },
  prune: async (page) => {
    await link(page, 'Pruning planner').click()
    await page.getByRole('region', { name: /^Groups of/ }).waitFor()
    const oldest = page.getByRole('combobox', { name: 'Version' })
    await oldest.selectOption({ index: (await oldest.getByRole('option').count()) - 1 })
    await page.getByRole('combobox', { name: 'Images' }).selectOption('64')
    await page.getByRole('button', { name: 'Scan sensitivity' }).click()
    await page.getByRole('button', { name: 'MACs' }).click()
    await page.getByRole('img', { name: /for \d{2,} groups/ }).waitFor({ timeout: 120_000 })
    await page.getByRole('progressbar').first().waitFor({ state: 'detached', timeout: 120_000 })
    await page
      .getByRole('region', { name: /^Groups of/ })
      .getByRole('button')
      .nth(3)
      .click()
  },
  model: async (page) => {
    await page.getByRole('row', { name: /int8/ }).getByRole('link').first().click()
    await page.getByRole('link', { name: 'Layers', exact: true }).click()
    await page
      .getByRole('region', { name: 'Layers', exact: true })
      .getByRole('rowheader')
      .nth(3)
      .getByRole('button')
      .click()
    const colours = page.getByRole('combobox', { name: 'Color by' })
    // Where the version was analyzed: nnopt analyze VERSION --dataset DATASET.
    if ((await colours.getByRole('option').allTextContents()).includes('SQNR')) await colours.selectOption('SQNR')
  },
  lab: async (page) => {
    await link(page, 'Quantization lab').click()
    await page.getByRole('combobox').first().selectOption('baseline')
  },
  benchmark: async (page) => link(page, 'Benchmark').click(),
  try: async (page) => {
    await link(page, 'Try it').click()
    await choose(page, ['baseline', 'baseline-ptq'])
    await page.locator('input[type="file"][accept*="image"]').setInputFiles(pictures)
    await page
      .getByRole('article')
      .nth(pictures.length - 1)
      .getByRole('listitem')
      .first()
      .waitFor()
  },
  dataset: async (page) => {
    await link(page, 'Datasets').click()
    await page.getByRole('link', { name: 'sample' }).click()
  },
  runs: async (page) => link(page, 'Runs').click(),
  run: async (page) => {
    await link(page, 'Runs').click()
    // The newest run that trained.
    await page
      .getByRole('row', { name: /train|prune/ })
      .getByRole('link')
      .first()
      .click()
  },
  commands: async (page) => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('quantize')
  },
  datasets: async (page) => link(page, 'Datasets').click(),
  system: async (page) => link(page, 'System').click(),
  settings: async (page) => link(page, 'Settings').click(),
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
for (const theme of ['light', 'dark']) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    colorScheme: theme,
    locale: 'en-GB',
  })
  const page = await context.newPage()
  await page.goto(address)
  for (const [name, show] of Object.entries(screens).filter(([name]) => only.length === 0 || only.includes(name))) {
    await page.goto('about:blank')
    await page.goto(`${new URL(address).origin}/#/`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await settled(page)
    await show(page)
    await settled(page)
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) })
  }
  await context.close()
}
await browser.close()
