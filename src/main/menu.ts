import { Menu, app } from 'electron'
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron'
import { origin } from './protocol'

const screens = [
  { label: 'Versions', path: '/' },
  { label: 'Runs', path: '/runs' },
  { label: 'Data Sets', path: '/datasets' },
  { label: 'System', path: '/system' },
] as const

/** The native menu: the roles of every desktop program, and the screens by number. */
export function setMenu(window: () => BrowserWindow | undefined): void {
  const go: MenuItemConstructorOptions[] = screens.map(({ label, path }, index) => ({
    label,
    accelerator: `CmdOrCtrl+${index + 1}`,
    click: () => void window()?.loadURL(`${origin}/index.html#${path}`),
  }))
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    { label: 'File', submenu: [process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' }] },
    { role: 'editMenu' },
    { label: 'Go', submenu: go },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  app.setName('NNOpt Studio')
}
