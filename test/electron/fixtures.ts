import { test as base, expect } from '@playwright/test'
import { makeHome, startDesktop } from './desktop'
import type { Desktop, Home } from './desktop'
import { watchOutside } from './outside'
import type { Outside } from './outside'

interface Fixtures {
  readonly home: Home
  /** Starts the program with the arguments of a command line. */
  readonly start: (...args: readonly string[]) => Promise<Desktop>
  /** The program, started without arguments. */
  readonly desktop: Desktop
}

interface WorkerFixtures {
  /** Whatever would leave the machine. A spec in which something does fails. */
  readonly outside: Outside
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  outside: [
    async ({}, use) => {
      const outside = await watchOutside()
      await use(outside)
      await outside.close()
    },
    { scope: 'worker' },
  ],
  home: async ({ outside }, use) => {
    const home = makeHome(outside.address)
    await use(home)
    home.remove()
  },
  start: async ({ home, outside }, use) => {
    const started: Desktop[] = []
    await use(async (...args) => {
      const desktop = await startDesktop(home, ...args)
      started.push(desktop)
      return desktop
    })
    for (const desktop of started) await desktop.kill()
    expect(outside.requests).toEqual([])
  },
  desktop: async ({ start }, use) => use(await start()),
})

export { expect } from '@playwright/test'
