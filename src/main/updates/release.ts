import { createPublicKey, verify } from 'node:crypto'

/** An installer of a release. */
export interface ReleaseFile {
  readonly name: string
  /** As `process.platform` and `process.arch` name them. */
  readonly platform: string
  readonly arch: string
  readonly sizeBytes: number
  /** Hexadecimal SHA-512. */
  readonly sha512: string
}

export interface Release {
  readonly version: string
  readonly files: readonly ReleaseFile[]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
// A file is written under its name: it must not lead elsewhere.
const isFile = (value: unknown): value is ReleaseFile =>
  isRecord(value) &&
  typeof value.name === 'string' &&
  /^[\w][\w.+-]*$/.test(value.name) &&
  ['platform', 'arch', 'sha512'].every((field) => typeof value[field] === 'string') &&
  Number.isSafeInteger(value.sizeBytes)
const isRelease = (value: unknown): value is Release =>
  isRecord(value) &&
  typeof value.version === 'string' &&
  /^\d+\.\d+\.\d+$/.test(value.version) &&
  Array.isArray(value.files) &&
  value.files.every(isFile)

/**
 * Reads what the project published about its latest release. `signature` is Ed25519 over the bytes of `text`, `publicKey` a PEM. Throws where the
 * signature or the shape is wrong: nothing of an unsigned release is used.
 */
export function readRelease(text: Uint8Array, signature: Uint8Array, publicKey: string): Release {
  if (!verify(null, text, createPublicKey(publicKey), signature))
    throw new Error('the signature of the release does not match the key of this program')
  const release: unknown = JSON.parse(Buffer.from(text).toString('utf8'))
  if (!isRelease(release)) throw new Error('the release has an unknown format')
  return release
}

const partsOf = (version: string): readonly number[] => version.split(/[.-]/).slice(0, 3).map(Number)

/** Whether a version comes after another, such as '1.10.0' after '1.9.2'. */
export function isNewer(version: string, than: string): boolean {
  const [theirs, own] = [partsOf(version), partsOf(than)]
  const at = theirs.findIndex((part, index) => part !== own[index])
  return at >= 0 && (theirs[at] ?? 0) > (own[at] ?? 0)
}
