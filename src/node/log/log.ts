import { join } from 'node:path'
import { toErrorReport } from '../../shared/errors'
import { withoutPersonalPaths } from './personalPaths'
import { appendLine } from './rotatingFile'
import type { Rotation } from './rotatingFile'

export type LogLevel = 'info' | 'warn' | 'error'

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** What a process says of itself, for whoever looks for a cause later. Never throws. */
export interface Log {
  readonly file: string
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** Programs that keep a log of their own. */
export type LogName = 'serve' | 'engine'

export const logFolder = (workspace: string): string => join(workspace, '.logs')

/** One JSON document a line, in `.logs` of the workspace; paths carry no names of people. */
export function openLog(workspace: string, name: LogName, rotation?: Rotation): Log {
  const file = join(logFolder(workspace), `${name}.jsonl`)
  let lost = 0
  const write = (level: LogLevel, event: string, fields: LogFields = {}): void => {
    const entry = { at: new Date().toISOString(), level, event, pid: process.pid, ...fields, ...(lost > 0 && { lost }) }
    try {
      appendLine(file, withoutPersonalPaths(JSON.stringify(entry)), rotation)
      lost = 0
    } catch (error) {
      // A disk that takes no log is told of once, where the program's messages go.
      if (lost++ === 0) process.stderr.write(`the log '${file}' cannot be written: ${toErrorReport(error).message}\n`)
    }
  }
  return {
    file,
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  }
}

/** An error with its stack, for a log. */
export const errorFields = (error: unknown): LogFields => ({
  ...toErrorReport(error),
  details: undefined,
  stack: error instanceof Error ? error.stack : undefined,
})
