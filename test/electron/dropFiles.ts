import type { Page } from '@playwright/test'

/** Drops files on the middle of the page, as a file manager does. */
export async function dropFiles(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const [x, y] = await page.evaluate(() => [innerWidth / 2, innerHeight / 2])
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: x ?? 0, y: y ?? 0, data })
  await session.detach()
}
