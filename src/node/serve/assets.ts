import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** A file of the interface in memory: nothing is held open while a client takes it, however slowly. */
export interface Asset {
  readonly type: string
  readonly etag: string
  /** Whether its name changes with what it holds. */
  readonly isImmutable: boolean
  /** By content coding; `identity` is the file itself. */
  readonly bodies: Readonly<Partial<Record<Coding, Buffer>>> & { readonly identity: Buffer }
}

/** The best first. */
export const codings = ['br', 'gzip', 'identity'] as const
export type Coding = (typeof codings)[number]

const text = { compresses: true }
const types: Readonly<Record<string, { readonly type: string; readonly compresses?: boolean }>> = {
  '.html': { type: 'text/html; charset=utf-8', ...text },
  '.js': { type: 'text/javascript; charset=utf-8', ...text },
  '.css': { type: 'text/css; charset=utf-8', ...text },
  '.json': { type: 'application/json', ...text },
  '.map': { type: 'application/json', ...text },
  '.svg': { type: 'image/svg+xml', ...text },
  '.png': { type: 'image/png' },
  '.ico': { type: 'image/x-icon' },
  '.woff2': { type: 'font/woff2' },
}

/** The build puts eight characters of the content's hash before the extension. */
const hashedName = /-[\w-]{8}\.\w+$/

const brotli = promisify(brotliCompress)
const deflate = promisify(gzip)

export interface Assets {
  /** Whether there is an interface at all. */
  isBuilt(): boolean
  /** Undefined where there is no such file in the folder. Throws what the file system refuses, such as `EMFILE`. */
  find(pathname: string): Promise<Asset | undefined>
}

/** The files of a folder; a path without extension is a view of the interface, which is index.html. Each is read once, and again when it has changed. */
export function openAssets(folder: string): Assets {
  const known = new Map<string, { readonly version: string; readonly asset: Promise<Asset> }>()
  const load = (file: string, version: string): Promise<Asset> => {
    const seen = known.get(file)
    if (seen?.version === version) return seen.asset
    const asset = readAsset(file)
    known.set(file, { version, asset })
    // What failed once, for want of file handles say, is tried again.
    asset.catch(() => known.delete(file))
    return asset
  }
  return {
    isBuilt: () => existsSync(folder),
    find: async (pathname) => {
      const file = fileOf(folder, pathname)
      const stats = file === undefined ? undefined : await statOf(file)
      return file !== undefined && stats?.isFile() ? load(file, `${stats.mtimeMs} ${stats.size}`) : undefined
    },
  }
}

/** Undefined for what lies outside the folder or cannot be a name. */
function fileOf(folder: string, pathname: string): string | undefined {
  try {
    const wanted = extname(pathname) === '' ? '/index.html' : decodeURIComponent(pathname)
    const file = normalize(join(folder, wanted))
    return file.startsWith(folder + sep) && !file.includes('\0') ? file : undefined
  } catch {
    // A '%' that begins no character.
    return undefined
  }
}

const absent: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']

async function statOf(file: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.includes(error.code)) return undefined
    throw error
  }
}

async function readAsset(file: string): Promise<Asset> {
  const identity = await readFile(file)
  const { type, compresses = false } = types[extname(file)] ?? { type: 'application/octet-stream' }
  return {
    type,
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    isImmutable: hashedName.test(file),
    bodies: { identity, ...(compresses && (await compressed(identity))) },
  }
}

async function compressed(bytes: Buffer): Promise<{ readonly br: Buffer; readonly gzip: Buffer }> {
  const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_QUALITY]: 6 }
  const [br, gzipped] = await Promise.all([brotli(bytes, { params }), deflate(bytes)])
  return { br, gzip: gzipped }
}

/** The best coding that an Accept-Encoding header allows and an asset has. */
export function chooseCoding({ bodies }: Asset, accepted: string = ''): Coding {
  const named = accepted.split(',').map((part) =>
    part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*q=/),
  )
  const allowed = named.filter(([, weight = '1']) => Number(weight) > 0).map(([name]) => name)
  return codings.find((coding) => bodies[coding] && allowed.includes(coding)) ?? 'identity'
}
