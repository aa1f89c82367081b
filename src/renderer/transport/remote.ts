import { t } from '../i18n'

/** The desktop program can work with the engine of another machine: the address that `nnopt serve` printed there. */
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
