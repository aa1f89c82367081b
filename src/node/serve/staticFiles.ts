import { createReadStream, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
}

/** Sends a file of the folder; a path without extension is a view of the interface, which is index.html. */
export function sendFile(folder: string, pathname: string, response: ServerResponse): void {
  const wanted = extname(pathname) === '' ? '/index.html' : pathname
  const file = normalize(join(folder, decode(wanted)))
  const stats =
    file.startsWith(folder + sep) && !file.includes('\0') ? statSync(file, { throwIfNoEntry: false }) : undefined
  if (!stats?.isFile())
    return void response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('not found\n')
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-length': stats.size,
    'cache-control': 'no-cache',
  })
  createReadStream(file).pipe(response)
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return '/'
  }
}
