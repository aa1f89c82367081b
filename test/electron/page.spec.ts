import { expectConnected } from './engine'
import { expect, test } from './fixtures'

test('reports nothing on its console', async ({ desktop: { page } }) => {
  const reported: string[] = []
  await expectConnected(page)
  page.on('console', (message) => reported.push(message.text()))
  page.on('pageerror', ({ message }) => reported.push(message))
  await page.reload()
  await expectConnected(page)
  expect(reported).toEqual([])
})

test('needs no horizontal scrollbar in its navigation where scrollbars take room', async ({ desktop }) => {
  const { app, page } = desktop
  await expectConnected(page)
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(900, 480))
  const navigation = page.getByRole('navigation').first()
  await expect.poll(() => navigation.evaluate((it) => it.scrollHeight > it.clientHeight)).toBe(true)
  const [scrollbar, width, needed] = await navigation.evaluate((it) => [
    it.getBoundingClientRect().width - it.clientWidth,
    it.clientWidth,
    it.scrollWidth,
  ])
  expect(scrollbar).toBeGreaterThan(5)
  expect(needed).toBe(width)
})
