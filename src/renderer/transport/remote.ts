import { t } from '../i18n'

/** The address of a remote engine, as printed by `nnopt serve` there. */
export const isDesktop = location.protocol === 'app:'

const key = 'nnopt.remote'
const shape = /^https?:\/\/[^/\s]+\/?#\/?token=[\w-]+$/

export const remoteAddress = (): string | undefined =>
  isDesktop ? (localStorage.getItem(key) ?? undefined) : undefined

export function setRemoteAddress(address: string | undefined): void {
  if (address === undefined) localStorage.removeItem(key)
  else localStorage.setItem(key, address)
}

export const remoteProblem = (address: string): string | undefined =>
  address === '' || shape.test(address) ? undefined : t('settings.remoteShape')
