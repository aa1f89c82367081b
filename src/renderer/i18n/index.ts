import { en } from './en'
import type { MessageKey } from './en'

export type { MessageKey } from './en'

/** The text of a key, with its `{name}` places filled in. */
export function t(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  return en[key].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}
