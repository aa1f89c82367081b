import type { IncomingMessage } from 'node:http'

/** Headers of every answer. Only this server's own files run, in a page of their own. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Names under which the server was asked to be reached: others are another site's name for this address (DNS rebinding). */
export function allowedHosts(host: string, port: number): ReadonlySet<string> {
  const names = isLoopback(host) ? ['localhost', '127.0.0.1', '[::1]'] : [host]
  return new Set(names.map((name) => `${name}:${port}`))
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

/** A wildcard address has no name of its own: there the Origin must be the Host. */
const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** Why a request is refused, or undefined. A browser's request must come from a page of this server. */
export function refusal({ headers }: IncomingMessage, bound: string, hosts: ReadonlySet<string>): string | undefined {
  const { host = '', origin } = headers
  if (!isWildcard(bound) && !hosts.has(host)) return `host '${host}' is not served here`
  if (origin !== undefined && origin !== `http://${host}`) return `origin '${origin}' may not call this server`
  return undefined
}
