import type { Page } from '@playwright/test'

interface Walk {
  /** What a pointer can use and the Tab key does not come to. */
  readonly unreached: readonly string[]
  /** Where the focus is that nobody can see. */
  readonly unseen: readonly string[]
}

/** Goes once around the page with the Tab key. */
export async function walk(page: Page): Promise<Walk> {
  const count = await page.evaluate(number)
  await page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined))
  const seen = new Set<number>()
  const unseen: string[] = []
  for (let step = 0; step < count + 20; step++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(focused)
    if (!at) continue
    if (seen.has(at.index)) break
    seen.add(at.index)
    if (!at.isSeen) unseen.push(at.text)
  }
  const all = await page.evaluate(() =>
    Array.from(document.querySelectorAll('[data-reach]')).map(
      (element) =>
        [
          Number(element.getAttribute('data-reach')),
          (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() || element.outerHTML.slice(0, 120),
        ] as const,
    ),
  )
  return { unreached: all.filter(([index]) => !seen.has(index)).map(([, text]) => text), unseen }
}

/** Numbers all that can be used. Of radio buttons, and of pictures in a grid, Tab comes to one, and arrow keys to the others; a file field is opened by its button. */
function number(): number {
  const isSeen = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 0
  const wanted =
    'a[href], button:not(:disabled), input:not(:disabled):not([tabindex="-1"]), select:not(:disabled), textarea:not(:disabled), summary, [role="button"], [tabindex="0"]'
  const isWalkedByArrows = (element: Element): boolean =>
    element.getAttribute('tabindex') === '-1' &&
    Boolean(element.closest('[role="region"]')?.querySelector(`${element.tagName}[tabindex="0"]`))
  const dialog = document.querySelector('dialog[open]')
  const elements = Array.from((dialog ?? document).querySelectorAll(wanted)).filter(
    (element) =>
      isSeen(element) &&
      !isWalkedByArrows(element) &&
      !(element instanceof HTMLInputElement && element.type === 'radio' && !element.checked),
  )
  document.querySelectorAll('[data-reach]').forEach((element) => element.removeAttribute('data-reach'))
  elements.forEach((element, index) => element.setAttribute('data-reach', String(index)))
  return elements.length
}

/** What has the focus, and whether it shows: its outline, or that of what stands for it. */
function focused(): { readonly index: number; readonly text: string; readonly isSeen: boolean } | undefined {
  const element = document.activeElement
  const index = element?.getAttribute('data-reach')
  if (!element || index === null || index === undefined) return undefined
  const isMarked = (each: Element | null): boolean => each !== null && getComputedStyle(each).outlineStyle !== 'none'
  return {
    index: Number(index),
    text: (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() || element.outerHTML.slice(0, 120),
    isSeen: isMarked(element) || isMarked(element.closest('label')),
  }
}

/** Elements that make the page itself wider than the window, which nobody can scroll to while reading. */
export function overflow(): readonly string[] {
  const main = document.querySelector('main')
  const width = document.documentElement.clientWidth
  if (!main || (document.documentElement.scrollWidth <= width && main.scrollWidth <= main.clientWidth)) return []
  const scrolls = (element: Element | null): boolean =>
    element !== null &&
    element !== main &&
    (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
  const { right } = main.getBoundingClientRect()
  return Array.from(main.querySelectorAll('*'))
    .filter((element) => element.getBoundingClientRect().right > right + 1 && !scrolls(element.parentElement))
    .map((element) => element.outerHTML.slice(0, 140))
}
