import { join } from 'node:path'
import { BrowserWindow, app } from 'electron'
import { origin } from './protocol'
import { t } from './texts'
import { keepWindowState, loadWindowState } from './windowState'

export function openWindow(preload: string): BrowserWindow {
  const stateFile = join(app.getPath('userData'), 'window.json')
  const { isMaximized, ...bounds } = loadWindowState(stateFile)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 640,
    minHeight: 480,
    show: false,
    title: t('app.name'),
    webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
  })
  keepWindowState(window, stateFile)
  if (isMaximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  void window.loadURL(`${origin}/index.html`)
  return window
}
