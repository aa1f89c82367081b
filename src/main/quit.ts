import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Engine } from './engine'
import { t } from './texts'
import type { WorkWatcher } from './work'

const choices = ['run.stopAtEpochEnd', 'run.stopNow', 'quit.keepRunning', 'dialog.cancel'] as const
type Choice = (typeof choices)[number]

export interface QuitGuard {
  /** Call this when no run is active any more. */
  idle(): void
  /** The user has reopened the window: the program no longer quits by itself. */
  back(): void
  /** Closing the window asks the same question while the window, and everything typed into it, still exists. */
  watch(window: BrowserWindow): void
}

/** On this platform, programs keep running without a window. */
const isMac = process.platform === 'darwin'

/** If runs are active, quitting asks what to do with them. */
export function guardQuit(
  engine: Engine,
  work: () => WorkWatcher,
  window: () => BrowserWindow | undefined,
  showWindow: () => void,
): QuitGuard {
  let quitsWhenIdle = false
  let isAsking = false
  const decide = async (): Promise<void> => {
    isAsking = true
    const { response } = await dialog.showMessageBox({
      type: 'question',
      buttons: choices.map((choice) => t(choice)),
      defaultId: 0,
      cancelId: choices.length - 1,
      message: t('quit.message'),
      detail: t('quit.detail'),
    })
    isAsking = false
    act(choices[response]!)
  }
  const act = (choice: Choice): void => {
    if (choice === 'dialog.cancel') return showWindow()
    quitsWhenIdle = true
    if (choice === 'run.stopAtEpochEnd') engine.stopRuns('epochEnd')
    if (choice === 'run.stopNow') engine.stopRuns('now')
    window()?.hide()
  }
  app.on('before-quit', (event) => {
    if (!work().isActive) return
    event.preventDefault()
    if (!quitsWhenIdle && !isAsking) void decide()
  })
  return {
    idle: () => {
      if (quitsWhenIdle) app.quit()
    },
    back: () => (quitsWhenIdle = false),
    watch: (opened) =>
      opened.on('close', (event) => {
        if (isMac || !work().isActive) return
        event.preventDefault()
        if (quitsWhenIdle) opened.hide()
        else app.quit()
      }),
  }
}
