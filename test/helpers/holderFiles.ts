import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { writeImageFolder } from './images'
import { writeTinyModel } from './models'

/** Nothing that a token holder hears may contain it. */
export const secret = 'SECRET-a81f'

export interface HolderFiles {
  readonly workspace: string
  /** Out of reach. */
  readonly outside: string
  /** Opened by the owner. */
  readonly opened: string
}

/** A workspace, a folder out of reach and one that is opened, with links from the one to the other. */
export async function makeHolderFiles(root: string): Promise<HolderFiles> {
  const files = { workspace: join(root, 'workspace'), outside: join(root, 'outside'), opened: join(root, 'opened') }
  for (const folder of Object.values(files)) mkdirSync(folder, { recursive: true })
  await fillOutside(files.outside)
  await fillOpened(files)
  return files
}

async function fillOutside(outside: string): Promise<void> {
  writeFileSync(join(outside, 'classes.json'), JSON.stringify([secret, 'b', 'c']))
  writeFileSync(join(outside, 'classes.txt'), `${secret}\nb\nc\n`)
  writeFileSync(join(outside, 'preprocessing.json'), `{"resize": "${secret}"}`)
  writeTinyModel(join(outside, 'model.onnx'), { size: 32, facts: { classes: [secret, 'b', 'c'] } })
  await writeImageFolder(join(outside, 'images'), { classes: [secret, 'b'] })
}

async function fillOpened({ outside, opened }: HolderFiles): Promise<void> {
  writeTinyModel(join(opened, 'model.onnx'), { size: 32 })
  await writeImageFolder(join(opened, 'images'))
  writeFileSync(join(opened, 'classes.txt'), `${secret}\nb\nc\n`)
  writeFileSync(join(opened, 'taken.onnx'), 'the owner’s')
  symlinkSync(outside, join(opened, 'link'))
  symlinkSync(join(outside, 'new.onnx'), join(opened, 'dangling.onnx'))
  symlinkSync(join(outside, 'classes.txt'), join(opened, 'taken-link.onnx'))
  await writeImageFolder(join(opened, 'linked'))
  symlinkSync(join(outside, 'images', 'train', secret), join(opened, 'linked', 'train', 'stolen'))
}

/** Names and times of all that lies below, and what the files hold. */
export const snapshot = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFile: entry.isFile() }))
    .map(
      ({ path, isFile }) => `${path} ${statSync(path).mtimeMs} ${isFile ? readFileSync(path).toString('base64') : ''}`,
    )
    .sort()
    .join('\n')

type Entry = { readonly name: string } & Partial<Readonly<Record<'linkname', string>>> & {
    readonly type?: 'symlink' | 'link'
  }

/** A tar.gz of one image under whatever name, or of a link. */
export function tarOf(image: Uint8Array, entry: Entry): Promise<Uint8Array> {
  const archive = pack()
  archive.entry({ ...entry }, entry.type ? '' : Buffer.from(image))
  archive.finalize()
  return buffer(archive).then((bytes) => gzipSync(bytes))
}

/** A model whose weights lie in a file of that name. */
export function modelWithExternalData(location: string): Uint8Array {
  const model = readFileSync(join(import.meta.dirname, '..', 'golden', 'onnx', 'external-data.onnx'))
  const known = Buffer.from('external-data.onnx.data')
  const at = model.indexOf(known)
  const padded = Buffer.from(location.padEnd(known.length, '/').slice(0, known.length))
  return new Uint8Array(Buffer.concat([model.subarray(0, at), padded, model.subarray(at + known.length)]))
}
