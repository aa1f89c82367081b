import { test as base } from '@playwright/test'
import { makeHome, startDesktop } from './desktop'
import type { Desktop, Home } from './desktop'

interface Fixtures {
  readonly home: Home
  /** The program, started without arguments. */
  readonly desktop: Desktop
}

export const test = base.extend<Fixtures>({
  home: async ({}, use) => {
    const home = makeHome()
    await use(home)
    home.remove()
  },
  desktop: async ({ home }, use) => {
    const desktop = await startDesktop(home)
    await use(desktop)
    await desktop.quit()
  },
})

export { expect } from '@playwright/test'
