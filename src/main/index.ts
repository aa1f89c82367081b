import { join } from 'node:path'
import { BrowserWindow, app } from 'electron'
import { startEngine } from './engine'
import { denyPermissions, guardContents } from './guards'
import { setMenu } from './menu'
import { registerScheme, serveInterface } from './protocol'
import { openWindow } from './window'

const out = join(import.meta.dirname, '..')
const preload = join(out, 'preload', 'index.cjs')

const firstWindow = (): BrowserWindow | undefined => BrowserWindow.getAllWindows()[0]

function showWindow(): void {
  const window = firstWindow() ?? openWindow(preload)
  if (window.isMinimized()) window.restore()
  window.focus()
}

async function start(): Promise<void> {
  registerScheme()
  guardContents()
  await app.whenReady()
  denyPermissions()
  serveInterface(join(out, 'renderer'))
  const engine = startEngine(join(out, 'engine', 'host.js'))
  setMenu(firstWindow)
  openWindow(preload)
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('will-quit', () => engine.stop())
}

if (app.requestSingleInstanceLock()) void start()
else app.quit()
