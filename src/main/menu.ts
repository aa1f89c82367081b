import { Menu } from 'electron'
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron'
import { showAbout } from './about'
import { choosePaths } from './dialogs'
import { showLog } from './log'
import { withMnemonics } from './mnemonics'
import type { RecentPaths } from './recent'
import { say } from './say'
import { t } from './texts'
import { offerUpdate, updateSource } from './updates/offer'

/** The screens that have a number key, in navigation order. */
const screens = [
  ['menu.versions', '/'],
  ['menu.compare', '/compare'],
  ['menu.try', '/try'],
  ['menu.datasets', '/datasets'],
  ['menu.runs', '/runs'],
  ['menu.benchmark', '/benchmark'],
  ['menu.lab', '/lab'],
  ['menu.prune', '/prune'],
  ['menu.system', '/system'],
] as const

export interface MenuActions {
  readonly window: () => BrowserWindow | undefined
  readonly open: (paths: readonly string[]) => void
  readonly chooseWorkspace: () => void
  readonly recent: RecentPaths
}

const isMac = process.platform === 'darwin'

/**
 * The native menu: open, screens, and the standard roles of a desktop program. Rebuilt when the list of recent items
 * changes.
 */
export function setMenu(actions: MenuActions): void {
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    { label: t('menu.file'), submenu: fileMenu(actions) },
    { role: 'editMenu' },
    {
      label: t('menu.go'),
      submenu: screens.map(([label, path], index) => ({
        label: t(label),
        accelerator: `CmdOrCtrl+${index + 1}`,
        click: () => go(actions, path),
      })),
    },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
    { role: 'help', label: t('menu.help'), submenu: helpMenu(actions) },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(withMnemonics(template)))
}

const go = ({ window }: MenuActions, path: string): void => say(window()?.webContents, { kind: 'go', path })

function fileMenu(actions: MenuActions): MenuItemConstructorOptions[] {
  const choose = async (
    properties: readonly ('openFile' | 'openDirectory')[],
    filters: { name: string; extensions: string[] }[],
  ): Promise<void> => {
    actions.open(await choosePaths(actions.window(), { properties: [...properties], filters }))
  }
  return [
    {
      label: t('menu.openModel'),
      accelerator: 'CmdOrCtrl+O',
      click: () => void choose(['openFile'], [{ name: 'ONNX', extensions: ['onnx'] }]),
    },
    { label: t('menu.addFolder'), accelerator: 'CmdOrCtrl+Shift+O', click: () => void choose(['openDirectory'], []) },
    { label: t('menu.recent'), submenu: recentMenu(actions) },
    { type: 'separator' },
    { label: t('menu.new'), accelerator: 'CmdOrCtrl+N', click: () => go(actions, '/new') },
    { type: 'separator' },
    { label: t('menu.workspace'), click: actions.chooseWorkspace },
    { label: t('menu.settings'), accelerator: 'CmdOrCtrl+,', click: () => go(actions, '/settings') },
    { type: 'separator' },
    isMac ? { role: 'close' } : { role: 'quit' },
  ]
}

function recentMenu({ recent, open }: MenuActions): MenuItemConstructorOptions[] {
  const paths = recent.list()
  if (paths.length === 0) return [{ label: t('menu.noRecent'), enabled: false }]
  return [
    ...paths.map((path) => ({ label: path, click: () => open([path]) })),
    { type: 'separator' },
    { label: t('menu.clearRecent'), click: () => recent.clear() },
  ]
}

/** The page handles these keys itself; the menu only displays them. */
function helpMenu({ window }: MenuActions): MenuItemConstructorOptions[] {
  const source = updateSource()
  const show = (what: 'palette' | 'shortcuts'): void => say(window()?.webContents, { kind: 'show', what })
  return [
    { label: t('menu.commands'), accelerator: 'CmdOrCtrl+K', registerAccelerator: false, click: () => show('palette') },
    { label: t('shortcuts.title'), click: () => show('shortcuts') },
    { type: 'separator' },
    { label: t('menu.log'), click: () => void showLog(window()) },
    ...(source ? [{ label: t('updates.check'), click: () => void offerUpdate(source, window()) }] : []),
    ...(isMac ? [] : [{ label: t('menu.about', { name: t('app.name') }), click: () => void showAbout(window()) }]),
  ]
}
