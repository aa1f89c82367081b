import { Notification, powerSaveBlocker } from 'electron'
import type { BrowserWindow } from 'electron'
import { noWork } from '../shared/engineHost'
import type { Work } from '../shared/engineHost'
import { t } from './texts'

const endings = {
  done: 'ended.done',
  failed: 'ended.failed',
  crashed: 'ended.crashed',
  stopped: 'ended.stopped',
} as const
const isEnding = (status: string): status is keyof typeof endings => status in endings

/** Values for setProgressBar: above 1 is indeterminate, below 0 is hidden. */
const unmeasured = 2
const nothing = -1

export interface WorkWatcher {
  readonly active: number
  readonly paused: number
  show(work: Work): void
}

/**
 * Shows progress outside the window: on the taskbar, as a notification at the end, and by keeping the computer awake.
 */
export function createWorkWatcher(window: () => BrowserWindow | undefined, onIdle: () => void): WorkWatcher {
  let shown = noWork
  let blocker: number | undefined
  return {
    get active() {
      return shown.active
    },
    get paused() {
      return shown.paused
    },
    show: (work) => {
      const wasActive = shown.active > 0
      shown = work
      if (work.active > 0) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
      else if (blocker !== undefined) {
        powerSaveBlocker.stop(blocker)
        blocker = undefined
      }
      window()?.setProgressBar(work.active === 0 ? nothing : (work.share ?? unmeasured))
      if (work.ended && !window()?.isFocused()) announce(work.ended, window)
      if (wasActive && work.active === 0) onIdle()
    },
  }
}

function announce({ name, status }: NonNullable<Work['ended']>, window: () => BrowserWindow | undefined): void {
  if (!Notification.isSupported() || !isEnding(status)) return
  const notification = new Notification({ title: t('app.name'), body: t(endings[status], { name }) })
  notification.on('click', () => {
    window()?.show()
    window()?.focus()
  })
  notification.show()
}
