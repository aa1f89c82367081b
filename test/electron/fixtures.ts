import { test as base } from '@playwright/test'
import { makeHome, startDesktop } from './desktop'
import type { Desktop, Home } from './desktop'

interface Fixtures {
  readonly home: Home
  /** Starts the program with the arguments of a command line. */
  readonly start: (...args: readonly string[]) => Promise<Desktop>
  /** The program, started without arguments. */
  readonly desktop: Desktop
}

export const test = base.extend<Fixtures>({
  home: async ({}, use) => {
    const home = makeHome()
    await use(home)
    home.remove()
  },
  start: async ({ home }, use) => {
    const started: Desktop[] = []
    await use(async (...args) => {
      const desktop = await startDesktop(home, ...args)
      started.push(desktop)
      return desktop
    })
    for (const desktop of started) await desktop.kill()
  },
  desktop: async ({ start }, use) => use(await start()),
})

export { expect } from '@playwright/test'
