import { app } from 'electron'
import type { BrowserWindow } from 'electron'
import { ask } from './dialogs'
import type { Engine } from './engine'
import { t } from './texts'
import type { WorkWatcher } from './work'

/** What may become of runs that work, and of runs that are paused. */
const choices = {
  active: ['run.stopAtEpochEnd', 'run.stopNow', 'quit.keepRunning', 'dialog.cancel'],
  paused: ['quit.stopPaused', 'dialog.cancel'],
} as const
type Choice = (typeof choices)[keyof typeof choices][number]

export interface QuitGuard {
  /** Call this when no run is active any more. */
  idle(): void
  /** The user has reopened the window: the program no longer quits by itself. */
  back(): void
  /** Closing the window asks the same question while the window, and everything typed into it, still exists. */
  watch(window: BrowserWindow): void
}

export interface QuitOptions {
  readonly engine: Engine
  readonly work: WorkWatcher
  readonly window: () => BrowserWindow | undefined
  readonly showWindow: () => void
}

/** There, a program lives on without a window. */
const isMac = process.platform === 'darwin'

/** While runs are unfinished, quitting asks what is to become of them; the engine then ends before the program does. */
export function guardQuit({ engine, work, window, showWindow }: QuitOptions): QuitGuard {
  let quitsWhenIdle = false
  let isAsking = false
  let hasClosed = false
  const mayQuit = (): boolean => work.active === 0 && (work.paused === 0 || quitsWhenIdle)

  const decide = async (): Promise<void> => {
    isAsking = true
    const kind = work.active > 0 ? 'active' : 'paused'
    const response = await ask(window(), {
      type: 'question',
      buttons: choices[kind].map((choice) => t(choice)),
      defaultId: 0,
      cancelId: choices[kind].length - 1,
      message: t(`quit.${kind}.message`),
      detail: t(`quit.${kind}.detail`),
    })
    isAsking = false
    act(choices[kind][response] ?? 'dialog.cancel')
  }
  const act = (choice: Choice): void => {
    if (choice === 'dialog.cancel') return showWindow()
    quitsWhenIdle = true
    if (choice === 'run.stopAtEpochEnd') engine.stopRuns('epochEnd')
    if (choice === 'run.stopNow') engine.stopRuns('now')
    window()?.hide()
    if (mayQuit()) app.quit()
  }

  app.on('before-quit', (event) => {
    if (mayQuit()) return
    event.preventDefault()
    if (!quitsWhenIdle && !isAsking) void decide()
  })
  app.on('will-quit', (event) => {
    if (hasClosed) return
    event.preventDefault()
    void engine.close().finally(() => {
      hasClosed = true
      app.quit()
    })
  })
  return {
    idle: () => {
      if (quitsWhenIdle) app.quit()
    },
    back: () => (quitsWhenIdle = false),
    watch: (opened) =>
      opened.on('close', (event) => {
        if (isMac || mayQuit()) return
        event.preventDefault()
        if (quitsWhenIdle) opened.hide()
        else app.quit()
      }),
  }
}
