import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../log/log'
import { errorFields } from '../log/log'
import { chooseCoding } from './assets'
import type { Assets } from './assets'
import { securityHeaders } from './guards'
import type { Guard } from './guards'
import type { Limits } from './limits'
import { readBody } from './readBody'
import type { Refusals } from './refusals'
import type { Session } from './session'

export const rpcPath = '/rpc'
const sessionPath = '/session'

/** What answers need. */
export interface Door {
  readonly guard: Guard
  readonly session: Session
  readonly refusals: Refusals
  readonly assets: Assets
  readonly limits: Limits
  readonly log: Pick<Log, 'warn'>
}

/** Answers a request; what goes wrong meanwhile ends that request alone. */
export async function answer(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A client that leaves is none of the program's errors.
  request.on('error', () => undefined)
  response.on('error', () => undefined)
  try {
    await route(door, request, response)
  } catch (error) {
    if (request.destroyed && !response.headersSent) return
    door.log.warn('a request failed', errorFields(error))
    if (response.headersSent) return void response.destroy()
    plain(response, 503, 'the server is out of resources, such as file handles: try again')
  }
}

async function route(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { guard, session, refusals } = door
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  const refuse = (status: number, text: string): void => {
    refusals.note(text, request)
    plain(response, status, text)
  }
  const pathname = pathOf(request)
  if (pathname === undefined) return refuse(400, 'the address is invalid')
  const refused = guard.refusal(request)
  if (refused !== undefined) return refuse(403, refused)
  if (pathname === sessionPath && request.method === 'POST') return signIn(door, request, response, refuse)
  if (pathname === rpcPath || pathname === sessionPath) {
    if (!session.tokenOf(request.headers)) {
      if (request.headers.authorization !== undefined) refusals.wrongToken(request)
      return refuse(401, 'the token is missing or wrong: open the address that nnopt serve printed')
    }
    return pathname === sessionPath
      ? void response.writeHead(204).end()
      : plain(response, 426, 'expected a WebSocket request')
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'expected a GET request')
  return sendAsset(door, pathname, request, response)
}

function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : undefined
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

/** The page sends the token of its address once and gets a cookie, which the WebSocket then carries. */
async function signIn(
  { session, refusals, guard, limits }: Door,
  request: IncomingMessage,
  response: ServerResponse,
  refuse: (status: number, text: string) => void,
): Promise<void> {
  const waitSeconds = Math.ceil(refusals.waitMs(request) / 1000)
  if (waitSeconds > 0) {
    response.setHeader('retry-after', waitSeconds)
    return refuse(429, `too many wrong tokens: try again in ${waitSeconds} s`)
  }
  const body = await readBody(request, limits.tokenBytes)
  if (body === undefined) {
    // The rest is not read.
    response.setHeader('connection', 'close')
    return refuse(413, 'the request is too long')
  }
  const token = session.find(body.toString().trim())
  if (!token) {
    refusals.wrongToken(request)
    return refuse(401, 'the token is wrong: open the address that nnopt serve printed')
  }
  response.writeHead(204, { 'set-cookie': session.cookieFor(token, guard.isSecure(request)) }).end()
}

async function sendAsset(
  { assets }: Door,
  pathname: string,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asset = await assets.find(pathname)
  if (!asset)
    return assets.isBuilt()
      ? plain(response, 404, 'not found')
      : plain(response, 503, "the interface is not built: run 'npm run build'")
  const coding = chooseCoding(asset, [headers['accept-encoding']].flat().join())
  // Each coding is a representation of its own.
  const etag = coding === 'identity' ? asset.etag : asset.etag.replace(/"$/, `-${coding}"`)
  response.setHeader('etag', etag)
  response.setHeader('vary', 'accept-encoding')
  response.setHeader('cache-control', asset.isImmutable ? 'max-age=31536000, immutable' : 'no-cache')
  if (headers['if-none-match']?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag))
    return void response.writeHead(304).end()
  const body = asset.bodies[coding] ?? asset.bodies.identity
  response
    .writeHead(200, {
      'content-type': asset.type,
      'content-length': body.length,
      ...(coding !== 'identity' && { 'content-encoding': coding }),
    })
    .end(body)
}
