import { expect, test } from './fixtures'

test('opens a window on the engine, with nothing of Node in the page', async ({ desktop: { page } }) => {
  await expect(page.getByRole('heading', { level: 1, name: 'Versions' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Load sample' })).toBeVisible()
  const reached = await page.evaluate(() => ['require', 'process'].map((name) => typeof Reflect.get(globalThis, name)))
  expect(reached).toEqual(['undefined', 'undefined'])
})
