import type { ChildProcess } from 'node:child_process'
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'

/** Waits for the address that a program started with --remote-debugging-port=0 prints. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk) => {
      text += String(chunk)
      const [, address] = /DevTools listening on (ws:\S+)/.exec(text) ?? []
      if (address) resolve(address)
    })
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}: ${text}`)))
  })
}

/** The window of a released program: its fuses keep the inspector of its main process shut, but its page can be driven. */
export async function attach(child: ChildProcess): Promise<Page> {
  // Electron has no downloads to set up, and connecting would wait for it.
  const browser = await chromium.connectOverCDP(await addressOf(child), { noDefaults: true, timeout: 60_000 })
  const [context] = browser.contexts()
  if (!context) throw new Error('expected the program to have a window')
  return context.pages()[0] ?? context.waitForEvent('page')
}

/** Ends a program that was started as the leader of its own group, with all its processes. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  // Windows has no groups of processes.
  process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGTERM')
  await ended
}
