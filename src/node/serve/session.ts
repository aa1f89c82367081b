import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { hashOf } from '../access/tokens'
import type { KnownToken } from '../access/accessFile'

/** Who may talk to the server: browsers that were given a token, and clients that send it themselves. */
export interface Session {
  /** The header that keeps a browser signed in, until the token is revoked or the server has ended. */
  cookieFor(token: KnownToken, isSecure: boolean): string
  /** Whose token or cookie a request carries. */
  tokenOf(headers: IncomingHttpHeaders): KnownToken | undefined
  /** Whether a token still grants what it did. */
  holds(token: KnownToken): boolean
  /** Whose token a text is. */
  find(candidate: string): KnownToken | undefined
}

const equal = (expected: string, got: string): boolean => {
  const [a, b] = [Buffer.from(expected), Buffer.from(got)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export interface SessionOptions {
  /** Browsers share cookies between the ports of a host: each server has a name of its own. */
  readonly port: number
  /** Cookies that were made with it hold; another front door of the same server takes them too. */
  readonly secret: string
  /** Those that hold now. */
  tokens(): readonly KnownToken[]
}

export function createSession({ port, secret, tokens }: SessionOptions): Session {
  const cookieName = `nnopt-session-${port}`
  const valueFor = ({ hash }: KnownToken): string => createHmac('sha256', secret).update(hash).digest('base64url')
  const find = (candidate: string): KnownToken | undefined => {
    const hash = hashOf(candidate)
    return tokens().find((token) => equal(token.hash, hash))
  }
  const findByCookie = (value: string): KnownToken | undefined =>
    tokens().find((token) => equal(valueFor(token), value))
  return {
    find,
    holds: ({ hash, rights }) => tokens().some((token) => token.hash === hash && token.rights === rights),
    cookieFor: (token, isSecure) =>
      `${cookieName}=${valueFor(token)}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`,
    tokenOf: ({ cookie = '', authorization = '' }) =>
      (authorization.startsWith('Bearer ') ? find(authorization.slice('Bearer '.length)) : undefined) ??
      cookie
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part.startsWith(`${cookieName}=`))
        .map((part) => findByCookie(part.slice(cookieName.length + 1)))
        .find(Boolean),
  }
}
