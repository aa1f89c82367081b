import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'

/** A run takes seconds, or minutes where other work goes on. */
const runWithinMs = 300_000

/** Goes through the guide of the first screen, as a new person does. */
export async function sampleToInt8(page: Page): Promise<void> {
  await page.getByRole('button', { name: en['guide.sample.action'] }).click()
  const quantize = page.getByRole('button', { name: en['guide.int8.action'], exact: true })
  await expect(quantize).toBeEnabled({ timeout: runWithinMs })
  await quantize.click()
  const compare = page.getByRole('button', { name: en['guide.compare.action'] })
  await expect(compare).toBeEnabled({ timeout: runWithinMs })
  await compare.click()
  await expect(page.getByRole('heading', { level: 1, name: en['compare.title'] })).toBeVisible()
  await expect(page.getByRole('rowheader', { name: 'Accuracy', exact: true })).toBeVisible()
}
