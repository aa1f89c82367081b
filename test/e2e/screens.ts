import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import type { Studio } from './studio'

/** A screen with its content, as somebody who looks at it for a while has it before them. */
export interface Screen {
  readonly name: string
  readonly show: (page: Page, origin: string) => Promise<void>
}

/** What the screens have to show: an fp32 and an int8 version that were both evaluated and timed. */
export async function fillStudio(studio: Studio): Promise<void> {
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--name', 'tiny-int8')
  await studio.nnopt('evaluate', 'tiny', '--dataset', 'colours')
  await studio.nnopt('evaluate', 'tiny-int8', '--dataset', 'colours')
  await studio.nnopt('benchmark', 'tiny', 'tiny-int8', '--rounds', '3')
}

/** From an empty page: a reload in the middle of the router's own navigation would be taken back to where it came from. */
export async function open(page: Page, origin: string, path: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${origin}/#${path}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

export async function openLink(page: Page, origin: string, path: string, name: string | RegExp): Promise<void> {
  await open(page, origin, path)
  await page.getByRole('link', { name, exact: true }).first().click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

const isSeen = (page: Page, name: string | RegExp): Promise<void> =>
  expect(page.getByRole('img', { name }).first()).toBeVisible()

/** Every screen of the interface. */
export const screens: readonly Screen[] = [
  {
    name: 'versions',
    show: async (page, origin) => (await open(page, origin, '/'), await isSeen(page, /Accuracy vs\./)),
  },
  {
    name: 'version',
    show: async (page, origin) => (
      await openLink(page, origin, '/', 'tiny-int8'),
      await expect(page.getByRole('heading', { name: 'Confusion matrix' })).toBeVisible()
    ),
  },
  {
    name: 'form',
    show: async (page, origin) => {
      await openLink(page, origin, '/', 'tiny')
      await page.getByRole('button', { name: 'Quantize' }).click()
      await expect(page.getByRole('combobox', { name: /Activation observer/ })).toBeVisible()
    },
  },
  ...(['Images', 'Classes', 'Confusion', 'Layers', 'Recipe', 'Latency'] as const).map((tab): Screen => ({
    name: `compare, ${tab}`,
    show: async (page, origin) => {
      await open(page, origin, '/')
      await page.getByRole('checkbox', { name: 'Select all' }).check()
      await page.getByRole('button', { name: 'Compare 2' }).click()
      await page.getByRole('group', { name: 'Compare' }).getByRole('button', { name: tab }).click()
      await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible()
    },
  })),
  {
    name: 'layers',
    show: async (page, origin) => {
      await openLink(page, origin, '/', 'tiny-int8')
      await page.getByRole('link', { name: 'Layers', exact: true }).click()
      await page.getByRole('region', { name: 'Layers', exact: true }).getByRole('button', { name: /wide/ }).click()
      await page.getByRole('button', { name: 'Record output' }).click()
      await isSeen(page, /Output over 32 images/)
    },
  },
  {
    name: 'export',
    show: async (page, origin) => {
      await openLink(page, origin, '/', 'tiny-int8')
      await page.getByRole('link', { name: 'Export', exact: true }).click()
      await isSeen(page, /Per-class accuracy/)
    },
  },
  {
    name: 'lab',
    show: async (page, origin) => (
      await open(page, origin, '/lab'),
      await isSeen(page, /Quantized value against input value/)
    ),
  },
  {
    name: 'pruning planner',
    show: async (page, origin) => {
      await open(page, origin, '/prune')
      await page.getByRole('button', { name: 'Scan sensitivity' }).click()
      await isSeen(page, /Accuracy against share of channels removed/)
      await expect(page.getByRole('button', { name: 'Scan sensitivity' })).toBeVisible({ timeout: 60_000 })
    },
  },
  {
    name: 'benchmark',
    show: async (page, origin) => (await open(page, origin, '/benchmark'), await isSeen(page, /Batch latency/)),
  },
  {
    name: 'try',
    show: async (page, origin) => {
      await open(page, origin, '/try')
      await page.getByRole('button', { name: 'Use test images' }).click()
      await expect(page.getByRole('listitem').filter({ hasText: '%' }).first()).toBeVisible()
    },
  },
  { name: 'new run', show: (page, origin) => open(page, origin, '/new') },
  { name: 'runs', show: (page, origin) => open(page, origin, '/runs') },
  {
    name: 'run',
    show: async (page, origin) => (
      await openLink(page, origin, '/runs', /train tiny-cnn/),
      await isSeen(page, 'Accuracy')
    ),
  },
  { name: 'datasets', show: (page, origin) => open(page, origin, '/datasets') },
  {
    name: 'dataset',
    show: async (page, origin) => (
      await openLink(page, origin, '/datasets', 'colours'),
      await expect(page.getByRole('button', { name: /^blue, / }).first()).toBeVisible()
    ),
  },
  { name: 'add a dataset', show: (page, origin) => open(page, origin, '/add-dataset') },
  {
    name: 'system',
    show: async (page, origin) => (
      await open(page, origin, '/system'),
      await expect(page.getByRole('rowheader').first()).toBeVisible()
    ),
  },
  { name: 'settings', show: (page, origin) => open(page, origin, '/settings') },
]
