import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { createFakeElectron } from './fakeElectron'
import type { FakeElectron, FakeElectronOptions } from './fakeElectron'
import { temporaryFolder } from './temporary'

export const out = join(import.meta.dirname, '..', '..', 'out')
const main = join(out, 'main', 'index.js')
export const folder = temporaryFolder('shell')
export const ownPage = 'app://studio/index.html'

/** `npm test` builds the shell first; without that build there is nothing to look at. */
export const isBuilt = existsSync(main)

let profiles = 0
/** A folder of its own for what a program keeps. */
export function newProfile(): string {
  const userData = join(folder, `profile-${profiles++}`)
  mkdirSync(userData, { recursive: true })
  return userData
}

/** Starts the built main process with the fake in place of Electron; the test uses fake timers. */
export async function startShell(options: Partial<FakeElectronOptions> = {}): Promise<FakeElectron> {
  const electron = createFakeElectron({ userData: newProfile(), ...options })
  vi.resetModules()
  vi.doMock('electron', () => electron.module)
  await import(/* @vite-ignore */ main)
  await vi.advanceTimersByTimeAsync(0)
  return electron
}
