import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../../src/core/data/random'
import { download } from '../../../src/node/datasets/download/download'
import { NNOptError } from '../../../src/shared/errors'

const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 31) & 255))
const checksum = { algorithm: 'sha256', hex: createHash('sha256').update(bytes).digest('hex') } as const

/** What a server does wrong. */
const faults: readonly ((response: ServerResponse, from: number, at: number) => void)[] = [
  (response, from, at) => response.write(bytes.subarray(from, from + at), () => response.destroy()),
  (response) => response.destroy(),
  (response) => void response.writeHead(503).end('later'),
  (response, from) => void response.writeHead(206).end(bytes.subarray(from).map((byte) => byte ^ 1)),
  (response, from, at) => void response.writeHead(206).end(bytes.subarray(from, from + at)),
]

/** Downloads from a server that fails now and then; each ends with the right file, or with a sentence and no file. */
export async function networkCampaign(seed: number, count: number): Promise<{ readonly wrong: readonly string[] }> {
  const wrong: string[] = []
  for (let number = 0; number < count; number++) {
    const problem = await oneDownload(seed, number)
    if (problem !== undefined) wrong.push(`download ${number}: ${problem}`)
  }
  return { wrong }
}

async function oneDownload(seed: number, number: number): Promise<string | undefined> {
  const random = createRandom(seed, number)
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-network-'))
  const server = createServer((request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (random.uniform() < 0.5)
      return faults[random.integer(faults.length)]!(response, from, random.integer(bytes.length))
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from }).end(bytes.subarray(from))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const target = join(folder, 'file.bin')
  try {
    await download({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`,
      target,
      checksum,
      onProgress: () => undefined,
    })
    return readFileSync(target).equals(bytes) ? undefined : 'the file is wrong'
  } catch (error) {
    if (!(error instanceof NNOptError)) return `raw: ${String(error)}`
    return existsSync(target) ? 'refused, and yet a file' : undefined
  } finally {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
