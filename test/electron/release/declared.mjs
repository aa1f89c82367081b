// The release that package.json declares, from Electron's own site.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const folder = dirname(require.resolve('electron/package.json'))

export const declaredVersion = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version

/** A site that does not answer by then counts as out of reach. */
const answerWithinMs = 5000

/** Fetches a file; gives up at once where nothing answers. */
async function download(url, target) {
  await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(answerWithinMs) })
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  await writeFile(target, Buffer.from(await response.arrayBuffer()))
}

/** Unpacks the release into a folder; its checksum comes with the npm package. */
export async function fetchDeclared(target) {
  const { downloadArtifact } = await import('@electron/get')
  const { extract } = await import('@electron-internal/extract-zip')
  const archive = await downloadArtifact({
    version: declaredVersion,
    artifactName: 'electron',
    platform: process.platform,
    arch: process.arch,
    checksums: JSON.parse(readFileSync(join(folder, 'checksums.json'), 'utf8')),
    downloader: { download },
  })
  await extract(archive, { dir: target })
}
