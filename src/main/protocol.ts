import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'

export const scheme = 'app'
export const origin = `${scheme}://studio`

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.woff2': 'font/woff2',
}

/** Only the program's own files run, and they reach nothing outside. */
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Must run before the program is ready: a standard scheme has an origin of its own. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

/** Serves the built interface from a folder; nothing outside it can be named. */
export function serveInterface(folder: string): void {
  protocol.handle(scheme, async (request) => {
    const { pathname } = new URL(request.url)
    const file = normalize(join(folder, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    const type = types[extname(file)]
    if (!file.startsWith(folder + sep) || type === undefined) return new Response('not found', { status: 404 })
    const body = await readFile(file).catch(() => undefined)
    if (body === undefined) return new Response('not found', { status: 404 })
    return new Response(new Uint8Array(body), { headers: { 'content-type': type, 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff' } })
  })
}
