import { createI18n } from 'vue-i18n'
import { en } from './en'
import type { MessageKey } from './en'

export type { MessageKey } from './en'

/** The catalogues; English stands in for what another language lacks. */
export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', flatJson: true, messages: { en } })

/** vue-i18n takes a number 0 for one that was not given. */
const shown = (values: Readonly<Record<string, string | number>>): Record<string, string | number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === 0 ? '0' : value]))

/** The text of a key, with its `{name}` places filled in; in the form for so many where it has one for one and one for more. */
export const t = (key: MessageKey, values: Readonly<Record<string, string | number>> = {}, count = 2): string =>
  i18n.global.t(key, shown(values), count)

/** The text of a key that data makes, such as a value of a schema; the value itself where the catalogue has none. */
export const textOr = (key: string, other: string): string => (i18n.global.te(key) ? i18n.global.t(key) : other)
