import { once } from 'node:events'
import { WebSocket } from 'ws'
import { startService } from '../../src/node/serve/service'
import type { Service, ServiceOptions } from '../../src/node/serve/service'
import type { Client } from '../../src/shared/contract'
import { createClient } from '../../src/shared/rpc'
import type { Message } from '../../src/shared/rpc'
import { decodeMessage, encodeMessage } from '../../src/shared/wire'

export const startLocalService = (
  options: Pick<ServiceOptions, 'workspace'> & Partial<ServiceOptions>,
  ended: (part: string, how: string) => void = () => undefined,
): Promise<Service> =>
  startService({ host: '127.0.0.1', port: 0, tls: undefined, origins: [], folders: [], ...options }, { ended })

/** What a program of somebody else's would do with a token; `onMessage` sees every reply. */
export async function clientOf(
  url: string,
  token: string,
  onMessage: (message: Message) => void = () => undefined,
): Promise<Client> {
  const socket = new WebSocket(`${new URL(url).origin.replace('http', 'ws')}/rpc`, {
    headers: { authorization: `Bearer ${token}` },
  })
  await once(socket, 'open')
  return createClient({
    post: (message) => socket.send(encodeMessage(message)),
    onMessage: (listener) =>
      void socket.on('message', (data: Buffer, isBinary) => {
        const message = decodeMessage(isBinary ? data : data.toString())
        onMessage(message)
        void listener(message)
      }),
    onClose: (listener) => void socket.on('close', () => listener()),
    close: () => socket.close(),
  })
}
