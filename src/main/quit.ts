import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Engine } from './engine'
import type { WorkWatcher } from './work'

const choices = ['Stop after this epoch', 'Stop now', 'Keep running', 'Cancel'] as const
type Choice = (typeof choices)[number]

export interface QuitGuard {
  /** To be called when nothing works any more. */
  idle(): void
}

/** While runs work, quitting asks what is to become of them. */
export function guardQuit(engine: Engine, work: () => WorkWatcher, window: () => BrowserWindow | undefined, showWindow: () => void): QuitGuard {
  let quitsWhenIdle = false
  let isAsking = false
  const decide = async (): Promise<void> => {
    isAsking = true
    const { response } = await dialog.showMessageBox({ type: 'question', buttons: [...choices], defaultId: 0, cancelId: choices.length - 1, message: 'Runs are under way.', detail: 'Stopped runs keep their checkpoints and can be resumed. Kept running, they go on without a window, and the program quits when they are done.' })
    isAsking = false
    act(choices[response])
  }
  const act = (choice: Choice): void => {
    // The window may have been closed to get here.
    if (choice === 'Cancel') return showWindow()
    quitsWhenIdle = true
    if (choice === 'Stop after this epoch') engine.stopRuns('epochEnd')
    if (choice === 'Stop now') engine.stopRuns('now')
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
  }
}
