import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** WCAG 2.0 and 2.1, A and AA, in words: the rule and the elements that break it. */
export async function violations(page: Page): Promise<readonly string[]> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

/** The same screen in both themes. */
export async function violationsInBothThemes(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  for (const theme of ['dark', 'light'] as const) {
    await page.evaluate((value) => void (document.documentElement.dataset.theme = value), theme)
    found.push(...(await violations(page)).map((text) => `${theme}: ${text}`))
  }
  return found
}
