import { join } from 'node:path'
import { BrowserWindow, app } from 'electron'
import { startEngine } from './engine'
import { denyPermissions, guardContents } from './guards'
import { setMenu } from './menu'
import { createPathOpener, pathsIn } from './openPaths'
import { registerScheme, serveInterface } from './protocol'
import { guardQuit } from './quit'
import { openWindow } from './window'
import { createWorkWatcher } from './work'

const out = join(import.meta.dirname, '..')
const preload = join(out, 'preload', 'index.cjs')
/** An installed program has its engine beside the archive of the shell: jobs run on plain Node, which reads no archive. */
const engineOut = (): string => (app.isPackaged ? join(process.resourcesPath, 'engine', 'out') : out)

const firstWindow = (): BrowserWindow | undefined => BrowserWindow.getAllWindows()[0]

function showWindow(): void {
  const window = firstWindow() ?? openWindow(preload)
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

async function start(): Promise<void> {
  registerScheme()
  guardContents()
  const paths = createPathOpener(firstWindow)
  await app.whenReady()
  denyPermissions()
  serveInterface(join(out, 'renderer'))
  const work = createWorkWatcher(firstWindow, () => quit.idle())
  const engine = startEngine(join(engineOut(), 'engine', 'host.js'), work.show)
  const quit = guardQuit(engine, () => work, firstWindow, showWindow)
  setMenu({ window: firstWindow, open: paths.open })
  openWindow(preload)
  pathsIn(process.argv.slice(1), process.cwd()).forEach(paths.open)
  app.on('second-instance', (_event, args, from) => {
    showWindow()
    pathsIn(args.slice(1), from).forEach(paths.open)
  })
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('will-quit', () => engine.stop())
}

if (app.requestSingleInstanceLock()) void start()
else app.quit()
