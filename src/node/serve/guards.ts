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

/** Under which addresses a server may be called. */
export interface Names {
  readonly bound: string
  readonly port: number
  /** Whether it speaks TLS itself. */
  readonly isSecure: boolean
  /** Addresses under which a proxy that the owner trusts passes requests on, such as `https://studio.example.org`. */
  readonly origins: readonly string[]
}

export interface Guard {
  /** Why a request is refused, or undefined. A browser's request must come from a page of this server. */
  refusal(request: IncomingMessage): string | undefined
  /** Whether the browser reached the server over TLS, its own or that of the proxy. */
  isSecure(request: IncomingMessage): boolean
  /** The address that the request came from. */
  clientOf(request: IncomingMessage): string
}

export function createGuard({ bound, port, isSecure, origins }: Names): Guard {
  const isServed = hostCheck(bound, port)
  const proxied = new Map(origins.map((origin) => [new URL(origin).host, origin]))
  const ownOrigin = (host: string): string =>
    proxied.get(host.toLowerCase()) ?? `${isSecure ? 'https' : 'http'}://${host}`
  return {
    refusal: ({ headers: { host = '', origin } }) => {
      if (!isServed(host) && !proxied.has(host.toLowerCase())) return `host '${host}' is not allowed`
      if (origin !== undefined && origin !== ownOrigin(host))
        return `origin '${origin}' is not allowed to call this server`
      return undefined
    },
    isSecure: ({ headers: { host = '' } }) => ownOrigin(host).startsWith('https:'),
    clientOf: ({ headers, socket }) => {
      const forwarded = proxied.has((headers.host ?? '').toLowerCase()) ? headers['x-forwarded-for'] : undefined
      // The last is what the proxy itself has added.
      return [forwarded].flat().at(-1)?.split(',').at(-1)?.trim() || (socket.remoteAddress ?? 'unknown')
    },
  }
}
