import { en } from '../renderer/i18n/en'
import type { MessageKey } from '../renderer/i18n/en'

/**
 * A text of the interface with its `{name}` placeholders filled in. Pages use vue-i18n; this process only needs single
 * sentences.
 */
export const t = (key: MessageKey, values: Readonly<Record<string, string>> = {}): string =>
  Object.entries(values).reduce<string>((text, [name, value]) => text.replaceAll(`{${name}}`, value), en[key])
