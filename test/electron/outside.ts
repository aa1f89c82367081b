import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy that the program is given, which counts what would leave the machine and answers nothing. */
export interface Outside {
  readonly address: string
  /** What was asked for so far, such as 'CONNECT host:443'. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export async function watchOutside(): Promise<Outside> {
  const requests: string[] = []
  const server = createServer(({ method, url }, answer) => {
    requests.push(`${method} ${url}`)
    answer.writeHead(403).end()
  })
  server.on('connect', ({ url }, socket) => {
    requests.push(`CONNECT ${url}`)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
