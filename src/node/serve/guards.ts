import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'

/** Headers of every answer. Only this server's own files run, in a page of their own. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Whether a Host header names this server: other names are another site's name for this address (DNS rebinding). */
export type HostCheck = (host: string) => boolean

export function hostCheck(bound: string, port: number): HostCheck {
  const names = isLoopback(bound)
    ? ['localhost', '127.0.0.1', '[::1]']
    : isWildcard(bound)
      ? ['localhost', hostname(), `${hostname()}.local`]
      : [inAddress(bound)]
  const known = new Set(names.map((name) => `${name}:${port}`.toLowerCase()))
  return (host) => known.has(host.toLowerCase()) || (isWildcard(bound) && isNumeric(host))
}

/** Nobody can rebind a number. */
const isNumeric = (host: string): boolean => {
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : ''
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

/** An IPv6 number stands in brackets there. */
const inAddress = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Under which name to open a server: one that listens everywhere is reached from elsewhere by a number of this machine. */
export function nameOf(bound: string): string {
  if (!isWildcard(bound)) return inAddress(bound)
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  return outer?.address ?? 'localhost'
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

/** Every address of the machine. */
const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** Why a request is refused, or undefined. A browser's request must come from a page of this server. */
export function refusal({ headers }: IncomingMessage, isServed: HostCheck): string | undefined {
  const { host = '', origin } = headers
  if (!isServed(host)) return `host '${host}' is not allowed`
  if (origin !== undefined && origin !== `http://${host}`)
    return `origin '${origin}' is not allowed to call this server`
  return undefined
}
