import { join } from 'node:path'
import { app } from 'electron'
import log from 'electron-log/node'

/** The log file of the program and its engine. */
export const logFile = (): string => join(app.getPath('logs'), 'main.log')

/** Errors outside the window go to a file that the Help menu opens; the library keeps it below a megabyte. */
export function openLog(): typeof log {
  log.transports.file.resolvePathFn = logFile
  log.transports.console.level = 'warn'
  return log
}
