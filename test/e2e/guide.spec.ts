import { expect, test } from '@playwright/test'
import { violationsInBothThemes } from './axe'
import { measured } from './measured'
import { startEmptyStudio } from './studio'

test('a new person gets from nothing to an int8 model beside its baseline in three clicks', async ({ page }, info) => {
  const studio = await startEmptyStudio()
  try {
    await page.goto(studio.url)
    const startedAt = Date.now()
    await page.getByRole('button', { name: 'Load sample' }).click()
    const quantize = page.getByRole('button', { name: 'Quantize', exact: true })
    await expect(quantize).toBeEnabled({ timeout: 120_000 })
    await quantize.click()
    const compare = page.getByRole('button', { name: 'Compare versions' })
    await expect(compare).toBeEnabled({ timeout: 120_000 })
    await compare.click()
    await expect(page.getByRole('heading', { level: 1, name: 'Compare' })).toBeVisible()
    await expect(page.getByRole('rowheader', { name: 'Accuracy', exact: true })).toBeVisible()
    const seconds = (Date.now() - startedAt) / 1000
    measured(info, 'first project, from the empty workspace to the comparison', seconds, 's', { below: 60 })
    await page.goto(`${studio.origin}/#/`)
    await expect(page.getByRole('link', { name: 'baseline', exact: true })).toBeVisible()
  } finally {
    await studio.close()
  }
})

test('the empty first screen is accessible', async ({ page }) => {
  const studio = await startEmptyStudio()
  try {
    await page.goto(studio.url)
    await expect(page.getByRole('button', { name: 'Load sample' })).toBeVisible()
    expect(await violationsInBothThemes(page)).toEqual([])
  } finally {
    await studio.close()
  }
})

test('a new run without any dataset offers one, and asks for it at its field', async ({ page }) => {
  const studio = await startEmptyStudio()
  try {
    await page.goto(studio.url)
    await page.getByRole('link', { name: 'New run' }).click()
    const dataset = page.getByRole('listitem', { name: '1. Train' }).getByRole('combobox', { name: /^Dataset/ })
    await expect(dataset).toHaveAttribute('aria-invalid', 'true')
    await expect(dataset).toHaveAccessibleDescription('Required')
    await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled()
    await page.getByRole('button', { name: 'Load the sample' }).click()
    await expect(page.getByRole('button', { name: 'Quantize', exact: true })).toBeVisible({ timeout: 120_000 })
  } finally {
    await studio.close()
  }
})
