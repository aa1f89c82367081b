import { join } from 'node:path'
import { BrowserWindow, app } from 'electron'
import { iconFile } from './icon'
import { origin } from './protocol'
import { t } from './texts'
import { keepWindowState, loadWindowState } from './windowState'

export function openWindow(preload: string): BrowserWindow {
  const stateFile = join(app.getPath('userData'), 'window.json')
  const state = loadWindowState(stateFile)
  const { isMaximized, ...bounds } = state
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 640,
    minHeight: 480,
    show: false,
    title: t('app.name'),
    icon: iconFile,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  keepWindowState(window, stateFile, state)
  if (isMaximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  void window.loadURL(`${origin}/index.html`)
  return window
}
