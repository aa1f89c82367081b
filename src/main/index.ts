import { join } from 'node:path'
import { BrowserWindow, app } from 'electron'
import { reviveWhenGone } from './crash'
import { startEngine } from './engine'
import { denyDictionaries, denyPermissions, guardContents } from './guards'
import { openLog } from './log'
import { setMenu } from './menu'
import { createPathOpener, pathsIn } from './openPaths'
import { registerScheme, serveInterface } from './protocol'
import { guardQuit } from './quit'
import { createRecentPaths } from './recent'
import { say } from './say'
import { t } from './texts'
import { openWindow } from './window'
import { createWorkWatcher } from './work'
import { chosenWorkspace, offerWorkspaces } from './workspaceChoice'

const out = join(import.meta.dirname, '..')
const preload = join(out, 'preload', 'index.cjs')
/**
 * An installed program has its engine next to the shell's archive, because jobs run on plain Node, which cannot read
 * the archive.
 */
const engineOut = (): string => (app.isPackaged ? join(process.resourcesPath, 'engine', 'out') : out)

const firstWindow = (): BrowserWindow | undefined => BrowserWindow.getAllWindows()[0]

async function start(): Promise<void> {
  registerScheme()
  guardContents()
  denyDictionaries()
  const recent = createRecentPaths(join(app.getPath('userData'), 'recent.json'), () => setMenu(menu))
  const paths = createPathOpener(recent)
  await app.whenReady()
  app.setName(t('app.name'))
  // Windows shows notifications of programs that it knows.
  app.setAppUserModelId('studio.nnopt.app')
  denyPermissions()
  serveInterface(join(out, 'renderer'))
  const log = openLog()
  const work = createWorkWatcher(firstWindow, () => quit.idle())
  const engine = startEngine({
    file: join(engineOut(), 'engine', 'host.js'),
    workspace: chosenWorkspace(),
    on: {
      work: work.show,
      said: (text) => log.warn(`engine: ${text.trimEnd()}`),
      failed: (reason) => {
        log.error(`the engine cannot start: ${reason}`)
        say(firstWindow()?.webContents, { kind: 'engineFailed', reason })
      },
      ended: (how) => {
        log.error(`the engine stopped (${how}) and is restarting`)
        say(firstWindow()?.webContents, { kind: 'engineEnded', how })
      },
    },
  })
  const open = (): BrowserWindow => {
    const window = openWindow(preload)
    quit.watch(window)
    reviveWhenGone(window, (text) => log.error(text))
    return window
  }
  const showWindow = (): void => {
    const window = firstWindow() ?? open()
    quit.back()
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
  const quit = guardQuit({ engine, work, window: firstWindow, showWindow })
  const chooseWorkspace = offerWorkspaces({ engine, work, window: firstWindow })
  const menu = { window: firstWindow, open: paths.open, chooseWorkspace, recent }
  setMenu(menu)
  open()
  paths.open(pathsIn(process.argv.slice(1), process.cwd()))
  app.on('second-instance', (_event, args, from) => {
    showWindow()
    paths.open(pathsIn(args.slice(1), from))
  })
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
}

if (app.requestSingleInstanceLock()) void start()
else app.quit()
