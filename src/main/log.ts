import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import log from 'electron-log/node'
import { ask } from './dialogs'
import { t } from './texts'

/** The log file of the program and its engine. */
const logFile = (): string => join(app.getPath('logs'), 'main.log')

/** Errors outside the window go to a file that the Help menu opens; the library keeps it below a megabyte. */
export function openLog(): typeof log {
  log.transports.file.resolvePathFn = logFile
  log.transports.console.level = 'warn'
  return log
}

/** Shows the file in the system's file manager. Nothing has been written before the first problem. */
export async function showLog(window: BrowserWindow | undefined): Promise<void> {
  if (existsSync(logFile())) return shell.showItemInFolder(logFile())
  const [message, detail] = [t('menu.noLog.message'), t('menu.noLog.detail')]
  await ask(window, { type: 'info', buttons: [t('workspace.ok')], message, detail })
}
