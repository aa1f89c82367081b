import { t } from '../../i18n'

/** Where a new dataset comes from. */
export const sources = ['archive', 'folder', 'path', 'cifar10'] as const
export type Source = (typeof sources)[number]

/** A dataset's name, made from that of its folder or archive. */
export const nameFrom = (path: string): string =>
  (path.split(/[\\/]/).findLast(Boolean) ?? '')
    .replace(/(\.tar)?\.(zip|tar|gz|tgz)$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100)

/** Why a dataset cannot be called that; undefined if it can. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return t('dialog.required')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return t('add.badName')
  return taken.includes(name) ? t('add.taken', { name }) : undefined
}
