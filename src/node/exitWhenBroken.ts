import { toErrorReport } from '../shared/errors'
import type { Host } from './createHost'
import { errorFields, openLog } from './log/log'

/** How long a broken host may take to record what became of its runs. */
const lastWordsMs = 3000

/** After an unexpected error nothing here can be trusted: it is logged, the current run is marked, and the process exits to be replaced. */
export function exitWhenBroken(workspace: string, host: () => Promise<Host | undefined>): void {
  const log = openLog(workspace, 'engine')
  const exit = (error: unknown): void => {
    process.off('uncaughtException', exit).off('unhandledRejection', exit)
    log.error('unexpected error', errorFields(error))
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    setTimeout(() => process.exit(1), lastWordsMs)
    void host()
      .then((opened) => opened?.abandonRuns(toErrorReport(error).message))
      .finally(() => process.exit(1))
  }
  process.on('uncaughtException', exit).on('unhandledRejection', exit)
}
