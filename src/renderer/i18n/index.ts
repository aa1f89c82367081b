import { createI18n } from 'vue-i18n'
import { en } from './en'
import type { MessageKey } from './en'

export type { MessageKey } from './en'

/** The message catalogs; English is the fallback for missing translations. */
export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', flatJson: true, messages: { en } })

/** vue-i18n treats the number 0 as missing. */
const shown = (values: Readonly<Record<string, string | number>>): Record<string, string | number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === 0 ? '0' : value]))

/**
 * The text of a key with its placeholders filled in. `count` selects the singular or plural form, if the text has both.
 */
export const t = (key: MessageKey, values: Readonly<Record<string, string | number>> = {}, count = 2): string =>
  i18n.global.t(key, shown(values), count)

/** The text of a key computed from data, such as a schema value; the value itself if the catalog has no such key. */
export const textOr = (key: string, other: string): string => (i18n.global.te(key) ? i18n.global.t(key) : other)
