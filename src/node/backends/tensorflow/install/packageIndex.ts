import { z } from 'zod'
import { NNOptError } from '../../../../shared/errors'
import { run } from './run'

export interface WheelFile {
  readonly fileName: string
  readonly url: string
  readonly sha256?: string | undefined
}

export interface Wanted {
  readonly name: string
  readonly version: string
}

/** PEP 691. */
const simpleSchema = z.object({
  files: z.array(
    z.object({ filename: z.string(), url: z.string(), hashes: z.record(z.string(), z.string()).default({}) }),
  ),
})

const ACCEPT = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5'

/**
 * The Python package index to use: the given one, $NNOPT_PACKAGE_INDEX, $PIP_INDEX_URL, or pip's configuration;
 * undefined if there is none.
 */
export async function findPackageIndex(given?: string): Promise<string | undefined> {
  return given ?? process.env['NNOPT_PACKAGE_INDEX'] ?? process.env['PIP_INDEX_URL'] ?? (await configuredIndex())
}

async function configuredIndex(): Promise<string | undefined> {
  try {
    return (await run('python3', ['-m', 'pip', 'config', 'get', 'global.index-url'])).trim() || undefined
  } catch {
    return undefined
  }
}

/** The wheel of a package for this machine; throws `notFound` with what the index offers. */
export async function findWheel(index: string, wanted: Wanted, tag: RegExp, signal?: AbortSignal): Promise<WheelFile> {
  const files = await listFiles(
    new URL(`${wanted.name.replaceAll('_', '-').toLowerCase()}/`, index.endsWith('/') ? index : `${index}/`),
    signal,
  )
  const prefix = `${wanted.name.replaceAll('-', '_')}-${wanted.version}-`.toLowerCase()
  const found = files.find(({ fileName }) => fileName.toLowerCase().startsWith(prefix) && tag.test(fileName))
  if (found) return found
  throw new NNOptError(
    'notFound',
    `none of the ${files.length} files in the package index is a wheel of ${wanted.name} ${wanted.version} for ${process.platform} ${process.arch}; pass a file with --wheel`,
  )
}

async function listFiles(page: URL, signal?: AbortSignal): Promise<readonly WheelFile[]> {
  const response = await fetch(page, { headers: { accept: ACCEPT }, signal: signal ?? null })
  if (!response.ok)
    throw new NNOptError('unavailable', `the package index returned ${response.status} for '${page.pathname}'`)
  const text = await response.text()
  return response.headers.get('content-type')?.includes('json')
    ? fromJson(text, response.url)
    : fromHtml(text, response.url)
}

function fromJson(text: string, base: string): readonly WheelFile[] {
  return simpleSchema.parse(JSON.parse(text)).files.map(({ filename, url, hashes }) => ({
    fileName: filename,
    url: new URL(url, base).href,
    sha256: hashes['sha256'],
  }))
}

/** PEP 503: anchors with the hash in the fragment. */
function fromHtml(text: string, base: string): readonly WheelFile[] {
  return [...text.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>([^<]+)<\/a>/g)].map(([, href = '', label = '']) => {
    const url = new URL(href.replaceAll('&amp;', '&'), base)
    const sha256 = /sha256=([0-9a-f]{64})/.exec(url.hash)?.[1]
    url.hash = ''
    return { fileName: label.trim(), url: url.href, sha256 }
  })
}
