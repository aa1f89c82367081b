import { onBeforeUnmount, onMounted } from 'vue'
import { useRouter } from 'vue-router'
import { screens } from '../screens'
import { useTheme } from '../stores/theme'

export interface ShortcutTargets {
  palette(): void
  sheet(): void
}

/** The platform's name for the command key. */
export const commandKey = /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl'

/** How soon the second key of a sequence must follow. */
const pairMs = 1200

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('dialog') !== null)

/** Global keys, ignored in text fields. */
export function useShortcuts({ palette, sheet }: ShortcutTargets): void {
  const router = useRouter()
  const theme = useTheme()
  let goSince = -Infinity

  function go(key: string): boolean {
    const screen = screens.find((each) => each.key === key && router.hasRoute(each.name))
    if (screen) void router.push({ name: screen.name })
    return screen !== undefined
  }
  function plain(event: KeyboardEvent): boolean {
    const isSecond = event.timeStamp - goSince < pairMs
    goSince = event.key === 'g' ? event.timeStamp : -Infinity
    if (isSecond && event.key !== 'g') return go(event.key)
    if (event.key === '?') sheet()
    else if (event.key === 'D' && event.shiftKey) theme.toggle()
    else if (event.key === '/') document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus()
    else return false
    return true
  }
  function listen(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      palette()
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target) && plain(event))
      event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', listen))
  onBeforeUnmount(() => window.removeEventListener('keydown', listen))
}
