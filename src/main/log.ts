import { join } from 'node:path'
import { app } from 'electron'
import log from 'electron-log/node'

/** Where the program writes what it and its engine say. */
export const logFile = (): string => join(app.getPath('logs'), 'main.log')

/** What went wrong outside the window is written to a file that the Help menu opens; it is kept below a megabyte by the library. */
export function openLog(): typeof log {
  log.transports.file.resolvePathFn = logFile
  log.transports.console.level = 'warn'
  return log
}
