import { MenuItem } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'

/** Marks the first letter that no item above it has, so that Alt and that letter choose it. A label's own '&' is doubled. */
function mark(label: string, taken: Set<string>): string {
  const at = [...label].findIndex((letter) => /[a-z]/i.test(letter) && !taken.has(letter.toLowerCase()))
  if (at < 0) return label.replaceAll('&', '&&')
  taken.add(label.charAt(at).toLowerCase())
  return [label.slice(0, at), label.slice(at)].map((part) => part.replaceAll('&', '&&')).join('&')
}

/** What a role stands for: its label, and the items of a menu that it brings. */
function standing({ role }: MenuItemConstructorOptions): Pick<MenuItemConstructorOptions, 'label' | 'submenu'> {
  if (!role) return {}
  const { label, submenu } = new MenuItem({ role })
  return { label, ...(submenu && { submenu: submenu.items.map(optionsOf) }) }
}

const optionsOf = ({ role, type, visible }: MenuItem): MenuItemConstructorOptions =>
  role ? { role, visible } : { type, visible }

/** Gives every item of a menu, and of the menus in it, a letter of its own. macOS has no such letters. */
export function withMnemonics(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  if (process.platform === 'darwin') return [...items]
  const taken = new Set<string>()
  return items.map((given) => {
    const item = { ...standing(given), ...given }
    if (item.type === 'separator') return item
    const label = mark(item.label ?? '', taken)
    return Array.isArray(item.submenu) ? { ...item, label, submenu: withMnemonics(item.submenu) } : { ...item, label }
  })
}
