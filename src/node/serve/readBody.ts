import type { IncomingMessage } from 'node:http'

/** The body of a request; undefined when it is longer than that. Rejects when the client leaves before its end. */
export function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= mostBytes) return void chunks.push(chunk)
      request.pause()
      resolve(undefined)
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('close', () => reject(new Error('the client has left')))
  })
}
