import { WebSocket } from 'ws'
import { NNOptError, toErrorReport } from '../shared/errors'
import type { Message, Port } from '../shared/rpc'
import { decodeMessage, encodeMessage } from '../shared/wire'

const largestMessageBytes = 32 * 2 ** 20

interface Target {
  readonly url: string
  readonly token: string
}

/** The address that `nnopt serve` printed: http://host:port/#token=… */
export function parseRemote(address: string): Target {
  const parsed = URL.canParse(address) ? new URL(address) : undefined
  const token = /^#\/?token=([\w-]+)$/.exec(parsed?.hash ?? '')?.[1]
  if (!parsed || token === undefined || !['http:', 'https:'].includes(parsed.protocol))
    throw new NNOptError(
      'wrongCall',
      `'${address}': expected the address that nnopt serve printed, such as http://host:4870/#token=…`,
    )
  return { url: `${parsed.protocol === 'https:' ? 'wss' : 'ws'}://${parsed.host}/rpc`, token }
}

/** Why a server does not take the connection, by the status of its answer. */
const refusals: Readonly<Record<number, string>> = {
  401: 'the token is wrong or has expired',
  403: 'it does not accept this host name',
  404: 'there is no NNOpt engine at this address',
}

/**
 * Passes a page's messages to the engine of another machine and back. The page itself may reach nothing outside (its policy says so);
 * when either side closes, the other does too, with the reason where one is known.
 */
export function bridgeToRemote(page: Port, address: string): void {
  let target: Target
  try {
    target = parseRemote(address)
  } catch (error) {
    return page.close(error instanceof Error ? error.message : String(error))
  }
  const socket = new WebSocket(target.url, {
    headers: { authorization: `Bearer ${target.token}` },
    maxPayload: largestMessageBytes,
  })
  let waiting: Message[] | undefined = []
  let problem: string | undefined
  socket.on('open', () => {
    for (const message of waiting ?? []) socket.send(encodeMessage(message))
    waiting = undefined
  })
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    try {
      page.post(decodeMessage(isBinary ? data : data.toString()))
    } catch (error) {
      problem ??= `it sent ${toErrorReport(error).message}`
      socket.terminate()
    }
  })
  socket.on('unexpected-response', (request, { statusCode = 0 }) => {
    problem = refusals[statusCode] ?? `it returned status ${statusCode}`
    request.destroy()
    page.close(problem)
  })
  // 'close' follows.
  socket.on('error', (error) => (problem ??= error.message || 'no connection'))
  socket.on('close', (_code, reason) => page.close(problem ?? (reason.toString() || undefined)))
  page.onMessage((message) => {
    if (waiting) waiting.push(message)
    else if (socket.readyState === WebSocket.OPEN) socket.send(encodeMessage(message))
  })
  page.onClose(() => socket.close())
}
