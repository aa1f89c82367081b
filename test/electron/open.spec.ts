import { en } from '../../src/renderer/i18n/en'
import { expect, test } from './fixtures'

test('opens a window on the engine, with nothing of Node in the page', async ({ desktop: { page } }) => {
  await expect(page.getByRole('heading', { level: 1, name: en['versions.title'] })).toBeVisible()
  await expect(page.getByRole('button', { name: en['guide.sample.action'] })).toBeVisible()
  const reached = await page.evaluate(() => ['require', 'process'].map((name) => typeof Reflect.get(globalThis, name)))
  expect(reached).toEqual(['undefined', 'undefined'])
})
