import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ElectronApplication } from '@playwright/test'

const run = promisify(execFile)

/** Presses keys as a person does, in the program's window; `keys` as xdotool names them, such as 'ctrl+shift+o'. */
export async function pressKeys(app: ElectronApplication, keys: string): Promise<void> {
  const window = await windowId(app)
  await run('xdotool', ['windowactivate', '--sync', window, 'key', '--clearmodifiers', keys])
}

/** The program's window as the display server knows it. */
export async function windowId(app: ElectronApplication): Promise<string> {
  const handle = await app.evaluate(({ BrowserWindow }) => [
    ...(BrowserWindow.getAllWindows()[0]?.getNativeWindowHandle() ?? []),
  ])
  return String(Buffer.from(handle).readUInt32LE(0))
}
