import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { replaceFile } from '../store/durable'

const knownToken = z
  .object({
    name: z.string(),
    /** SHA-256 of the token, base64url. A token is 256 random bits, so a slower hash would add nothing. */
    hash: z.string(),
    rights: z.enum(['look', 'work']),
    createdAt: z.string(),
  })
  .readonly()

const accessSchema = z
  .object({
    /** Folders outside the workspace that token holders may use. */
    folders: z.array(z.string()).readonly().default([]),
    tokens: z.array(knownToken).readonly().default([]),
  })
  .readonly()

/** A stored token; nobody can sign in with what is stored. */
export type KnownToken = z.output<typeof knownToken>
export type AccessSettings = z.output<typeof accessSchema>

const none: AccessSettings = { folders: [], tokens: [] }

export const accessFile = (workspace: string): string => join(workspace, '.access.json')

/** Who may use a workspace when it is served, and what else they may reach. Throws `storage` for a damaged file: nobody is let in by mistake. */
export function readAccess(workspace: string): AccessSettings {
  const file = accessFile(workspace)
  if (!statSync(file, { throwIfNoEntry: false })) return none
  try {
    return accessSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new NNOptError(
      'storage',
      `'${file}' is damaged: fix or delete it, then add tokens again with 'nnopt token add'`,
      undefined,
      { cause },
    )
  }
}

const ownerOnly = 0o600

export function writeAccess(workspace: string, settings: AccessSettings): void {
  const file = accessFile(workspace)
  replaceFile(file, new TextEncoder().encode(`${JSON.stringify(settings, null, 2)}\n`))
  chmodSync(file, ownerOnly)
}

/** Reads the file again only after it has changed. */
export function accessReader(workspace: string): () => AccessSettings {
  let seen: { readonly version: string; readonly settings: AccessSettings } | undefined
  return () => {
    const stats = statSync(accessFile(workspace), { throwIfNoEntry: false })
    const version = stats ? `${stats.ino} ${stats.mtimeMs} ${stats.size}` : 'none'
    if (seen?.version !== version) seen = { version, settings: readAccess(workspace) }
    return seen.settings
  }
}
