import { createReadStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { NNOptError } from '../../../../shared/errors'
import { run } from './run'

/** Where npm puts the files in a package archive. */
const PREFIX = /^package\//

/** Downloads an npm package with the npm client, without dependencies and scripts, and unpacks it into a folder. */
export async function fetchNpmPackage(
  specifier: string,
  folder: string,
  temporary: string,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(temporary, { recursive: true })
  await run('npm', ['pack', specifier, '--silent', '--pack-destination', temporary], { signal, cwd: temporary })
  const archive = (await readdir(temporary)).find((file) => file.endsWith('.tgz'))
  if (archive === undefined) throw new NNOptError('notFound', `'npm pack ${specifier}' did not create an archive`)
  await unpack(join(temporary, archive), folder)
}

async function unpack(archive: string, folder: string): Promise<void> {
  for await (const entry of createReadStream(archive).pipe(createGunzip()).pipe(extract())) {
    const name = entry.header.name.replace(PREFIX, '')
    const chunks: Uint8Array[] = []
    for await (const chunk of entry) chunks.push(chunk as Uint8Array)
    if (entry.header.type !== 'file' || name.split('/').includes('..')) continue
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), Buffer.concat(chunks))
  }
}
