import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'

const scheme = 'app'
export const origin = `${scheme}://studio`

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Only the program's own files can run, and they cannot reach anything outside. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Must run before the app is ready: a standard scheme has its own origin. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built interface from a folder; paths outside it are unreachable. */
export function serveInterface(folder: string): void {
  protocol.handle(scheme, async (request) => {
    const file = fileOf(folder, request.url)
    const body = file === undefined ? undefined : await readFile(file).catch(() => undefined)
    const type = types[extname(file ?? '')]
    if (body === undefined || type === undefined) return new Response('not found', { status: 404 })
    return new Response(new Uint8Array(body), {
      headers: {
        'content-type': type,
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
      },
    })
  })
}

/** The file for a URL; undefined if it is outside the folder or malformed. */
function fileOf(folder: string, url: string): string | undefined {
  try {
    const { pathname } = new URL(url)
    const file = normalize(join(folder, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    return file.startsWith(folder + sep) ? file : undefined
  } catch {
    return undefined
  }
}
