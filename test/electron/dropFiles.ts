import type { Page } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import { expect } from './fixtures'

/** Drops files on the middle of the page, as a file manager does. */
export async function dropFiles(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const [x, y] = await page.evaluate(() => [innerWidth / 2, innerHeight / 2])
  const send = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
    session.send('Input.dispatchDragEvent', { type, x: x ?? 0, y: y ?? 0, data })
  await send('dragEnter')
  await send('dragOver')
  // Until the page has taken what hangs over it, a drop counts as leaving.
  await expect(page.getByText(en['app.drop'])).toBeVisible()
  await send('drop')
  await session.detach()
}
