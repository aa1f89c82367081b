import { createHash, randomBytes } from 'node:crypto'
import type { Caller } from '../../shared/access'
import { NNOptError } from '../../shared/errors'
import { readAccess, writeAccess } from './accessFile'
import type { KnownToken } from './accessFile'

/** 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** The token that `nnopt serve` prints. */
export const mainToken = (token: string): KnownToken => ({
  name: 'main',
  hash: hashOf(token),
  rights: 'work',
  createdAt: new Date().toISOString(),
})

export const callerWith = ({ name, rights }: Pick<KnownToken, 'name' | 'rights'>): Caller => ({ name, rights })

const nameShape = /^[A-Za-z0-9][\w.@-]{0,63}$/

export interface NewToken {
  /** Shown once: only its hash is stored. */
  readonly token: string
  readonly known: KnownToken
}

/** Adds a token to a workspace. Throws `wrongCall` for a bad name, `conflict` for one that is taken. */
export function addToken(workspace: string, name: string, rights: KnownToken['rights']): NewToken {
  if (!nameShape.test(name))
    throw new NNOptError(
      'wrongCall',
      `token '${name}': expected a name of letters, digits, dots, dashes, underscores and @, at most 64`,
    )
  const settings = readAccess(workspace)
  if (name === 'main' || settings.tokens.some((each) => each.name === name))
    throw new NNOptError('conflict', `token '${name}' already exists: choose another name or revoke it first`)
  const token = newSecret()
  const known: KnownToken = { name, hash: hashOf(token), rights, createdAt: new Date().toISOString() }
  writeAccess(workspace, { ...settings, tokens: [...settings.tokens, known] })
  return { token, known }
}

/** Whoever uses the token is disconnected within a second. Throws `notFound`. */
export function revokeToken(workspace: string, name: string): KnownToken {
  const settings = readAccess(workspace)
  const known = settings.tokens.find((each) => each.name === name)
  if (!known)
    throw new NNOptError(
      'notFound',
      `no token is named '${name}': expected one of ${settings.tokens.map((each) => each.name).join(', ') || 'none, there are no tokens'}`,
    )
  writeAccess(workspace, { ...settings, tokens: settings.tokens.filter((each) => each !== known) })
  return known
}
