import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { NNOptError } from '../../shared/errors'
import type { Tls } from '../../node/serve/listener'
import type { GlobalOptions } from '../cli'
import { withInterrupt } from '../interrupt'

interface Options extends GlobalOptions {
  readonly port: number
  readonly host: string
  readonly allow: readonly string[]
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly origin: readonly string[]
}

const defaultPort = 4870
const repeated = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** Serves until interrupted; `--json` prints the address as a JSON document. */
export const serve = (command: Command): Command =>
  command
    .option('--port <number>', 'port (0 picks a free one)', Number, defaultPort)
    .option(
      '--host <address>',
      'address to listen on; other machines can connect unless it is a loopback address',
      '127.0.0.1',
    )
    .option('--allow <dir>', 'folder outside the workspace that token holders may use; repeatable', repeated, [])
    .option('--tls-cert <file>', 'certificate (PEM) to serve HTTPS with')
    .option('--tls-key <file>', 'private key (PEM) of the certificate')
    .option(
      '--origin <url>',
      'address under which a trusted reverse proxy serves this server; repeatable',
      repeated,
      [],
    )
    .action(run)

async function run({ port, host, allow, tlsCert, tlsKey, origin, workspace: chosen, json }: Options): Promise<void> {
  const [{ openStore }, { startService }, { defaultWorkspace }, { existingFolder }, { isLoopback }] = await Promise.all(
    [
      import('../../node/store/index'),
      import('../../node/serve/service'),
      import('../../node/store/workspace'),
      import('../../node/access/existingFolder'),
      import('../../node/serve/guards'),
    ],
  )
  const [tls, origins, folders] = [tlsOf(tlsCert, tlsKey), origin.map(originOf), allow.map(existingFolder)]
  const workspace = defaultWorkspace(chosen)
  // Report an unusable workspace here, once, rather than from a host that keeps restarting.
  await (await openStore(workspace)).close()
  const service = await startService({ host, port, tls, origins, folders, workspace }, { ended })
  try {
    if (!isLoopback(host) && !tls && origins.length === 0) process.stderr.write(openNetworkWarning(host))
    const { url, token } = service
    process.stdout.write(
      `${json ? JSON.stringify({ url, token, pid: process.pid }) : `NNOpt Studio: ${url}\nPress Ctrl-C to stop.`}\n`,
    )
    await withInterrupt(
      (signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    )
  } finally {
    await service.close()
  }
}

const openNetworkWarning = (host: string): string =>
  `warning: ${host} is reachable from the network without encryption: anyone on the way can read the token and everything else; ` +
  `use --tls-cert and --tls-key, or a reverse proxy with --origin\n`

function tlsOf(certFile: string | undefined, keyFile: string | undefined): Tls | undefined {
  if (certFile === undefined && keyFile === undefined) return undefined
  if (certFile === undefined || keyFile === undefined)
    throw new NNOptError('wrongCall', 'expected both --tls-cert and --tls-key')
  return { cert: readPem(certFile, '--tls-cert'), key: readPem(keyFile, '--tls-key') }
}

function readPem(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new NNOptError('wrongCall', `${flag}: '${file}' cannot be read: expected a PEM file`, undefined, { cause })
  }
}

/** An origin is scheme, host and port; a longer address would never match. */
function originOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/')
    throw new NNOptError('wrongCall', `--origin '${address}': expected an address such as https://studio.example.org`)
  return url.origin
}

function ended(part: 'engine' | 'door', how: string): void {
  process.stderr.write(
    part === 'engine'
      ? `the engine stopped (${how}) and is restarting; you can resume runs that were in progress\n`
      : `the server stopped (${how}) and is restarting; runs continue\n`,
  )
}
