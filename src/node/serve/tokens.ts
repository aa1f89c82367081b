import { createHash, randomBytes } from 'node:crypto'
import type { Caller, Rights } from '../../shared/access'

/** A token as it is kept: whoever reads this cannot use it. */
export interface KnownToken {
  readonly name: string
  /** SHA-256 of the token, base64url: 256 random bits need no slower function. */
  readonly hash: string
  readonly rights: Exclude<Rights, 'own'>
}

/** 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** The token that `nnopt serve` prints at its start. */
export const mainToken = (token: string): KnownToken => ({ name: 'main', hash: hashOf(token), rights: 'work' })

export const callerWith = ({ name, rights }: KnownToken): Caller => ({ name, rights })
