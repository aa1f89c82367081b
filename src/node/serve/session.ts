import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Who may talk to the server: the browser that was given the token, and clients that send it themselves. */
export interface Session {
  /** Goes into the address' fragment, which browsers never send. */
  readonly token: string
  /** The header that keeps a browser signed in. */
  readonly cookie: string
  /** Whether a request carries the token or the cookie. */
  isKnown(request: IncomingMessage): boolean
  isToken(candidate: string): boolean
}

const equal = (expected: string, got: string): boolean => {
  const [a, b] = [Buffer.from(expected), Buffer.from(got)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const secret = (): string => randomBytes(32).toString('base64url')

/** Browsers share cookies between the ports of a host: each server has a name of its own. */
export function createSession(port: number, token: string = secret()): Session {
  const cookieName = `nnopt-session-${port}`
  const value = secret()
  return {
    token,
    cookie: `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict`,
    isToken: (candidate) => equal(token, candidate),
    isKnown: ({ headers: { cookie = '', authorization = '' } }) => {
      const cookies = cookie.split(';').map((part) => part.trim())
      return (
        cookies.some((part) => part.startsWith(`${cookieName}=`) && equal(value, part.slice(cookieName.length + 1))) ||
        equal(`Bearer ${token}`, authorization)
      )
    },
  }
}
