import { en } from '../renderer/i18n/en'
import type { MessageKey } from '../renderer/i18n/en'

/** A text of the interface's catalogue with its `{name}` places filled in. Pages have vue-i18n for that; this process shows one sentence at a time. */
export const t = (key: MessageKey, values: Readonly<Record<string, string>> = {}): string =>
  Object.entries(values).reduce<string>((text, [name, value]) => text.replaceAll(`{${name}}`, value), en[key])
