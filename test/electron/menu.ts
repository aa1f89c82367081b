import type { ElectronApplication } from '@playwright/test'

/** An item of the program's menu, with the labels above it. */
export interface Item {
  readonly path: string
  readonly accelerator: string | undefined
  /** The letter that chooses it while its menu is open. */
  readonly mnemonic: string | undefined
}

/** All items but separators, in their order. */
export const itemsOf = (app: ElectronApplication): Promise<readonly Item[]> =>
  app.evaluate(({ Menu }) => {
    const plain = (label: string): string => label.replace(/&(&?)/g, '$1')
    const walk = (menu: Electron.Menu | null | undefined, above: string): Item[] =>
      (menu?.items ?? [])
        .filter(({ type }) => type !== 'separator')
        .flatMap(({ label, accelerator, role, submenu }) => {
          const path = `${above}${plain(label)}`
          const mnemonic = /(?<!&)&([^&])/.exec(label)?.[1]?.toLowerCase()
          const item = { path, accelerator: accelerator ?? undefined, mnemonic, role }
          return [item, ...walk(submenu, `${path} > `)]
        })
    return walk(Menu.getApplicationMenu(), '')
  })

/** Chooses an item, named by its label and those above it. */
export const choose = (app: ElectronApplication, ...labels: readonly string[]): Promise<void> =>
  app.evaluate(({ BrowserWindow, Menu }, path) => {
    const plain = (label: string): string => label.replace(/&(&?)/g, '$1')
    let menu: Electron.Menu | null | undefined = Menu.getApplicationMenu()
    let item: Electron.MenuItem | undefined
    for (const label of path) {
      item = menu?.items.find((each) => plain(each.label) === label)
      menu = item?.submenu
    }
    if (!item) throw new Error(`the menu has no '${path.join(' > ')}'`)
    // An answer could come after the end of the process.
    const [window] = BrowserWindow.getAllWindows()
    setImmediate(() => item.click({}, window, window?.webContents))
  }, labels)
