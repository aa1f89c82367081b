import { Menu, app, dialog } from 'electron'
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron'

/** The screens by number. */
const screens = [
  { label: 'Versions', path: '/' },
  { label: 'New Run', path: '/new' },
  { label: 'Runs', path: '/runs' },
  { label: 'Compare', path: '/compare' },
  { label: 'Data Sets', path: '/datasets' },
  { label: 'Benchmark', path: '/benchmark' },
  { label: 'Quantization Lab', path: '/lab' },
  { label: 'Pruning Planner', path: '/prune' },
  { label: 'System', path: '/system' },
] as const

export interface MenuActions {
  readonly window: () => BrowserWindow | undefined
  readonly open: (path: string) => void
}

const isMac = process.platform === 'darwin'

/** The native menu: opening, the screens, and the roles of every desktop program. */
export function setMenu({ window, open }: MenuActions): void {
  const go = (path: string): void => window()?.webContents.send('go', path)
  const choose = async (properties: readonly ('openFile' | 'openDirectory')[], filters: { name: string; extensions: string[] }[]): Promise<void> => {
    const { filePaths } = await dialog.showOpenDialog({ properties: [...properties], filters })
    filePaths.forEach(open)
  }
  const file: MenuItemConstructorOptions[] = [
    { label: 'Open ONNX Model…', accelerator: 'CmdOrCtrl+O', click: () => void choose(['openFile'], [{ name: 'ONNX', extensions: ['onnx'] }]) },
    { label: 'Add Image Folder…', accelerator: 'CmdOrCtrl+Shift+O', click: () => void choose(['openDirectory'], []) },
    { label: 'Open Recent', role: 'recentDocuments', submenu: [{ label: 'Clear', role: 'clearRecentDocuments' }] },
    { type: 'separator' },
    { label: 'Settings…', accelerator: 'CmdOrCtrl+,', click: () => go('/settings') },
    { type: 'separator' },
    isMac ? { role: 'close' } : { role: 'quit' },
  ]
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'Go', submenu: screens.map(({ label, path }, index) => ({ label, accelerator: `CmdOrCtrl+${index + 1}`, click: () => go(path) })) },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  app.setName('NNOpt Studio')
}
