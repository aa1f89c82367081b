import type { BrowserWindow } from 'electron'
import { ask } from './dialogs'
import { t } from './texts'

/** A page that crashes again this soon after a reload is not reloaded without asking. */
const soonMs = 10_000

/** Reloads the page after its process has crashed; runs continue in the engine. */
export function reviveWhenGone(window: BrowserWindow, write: (text: string) => void): void {
  let revivedAt = -Infinity
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    write(`the window crashed: ${reason}, exit code ${exitCode}`)
    const again = Date.now() - revivedAt < soonMs
    revivedAt = Date.now()
    if (again) void decide(window, reason)
    else window.webContents.reload()
  })
}

async function decide(window: BrowserWindow, reason: string): Promise<void> {
  const buttons = [t('state.retry'), t('crash.close')]
  const response = await ask(window, {
    type: 'error',
    buttons,
    defaultId: 0,
    cancelId: 1,
    message: t('crash.message', { reason }),
    detail: t('crash.detail'),
  })
  if (response === 0) window.webContents.reload()
  else window.close()
}
