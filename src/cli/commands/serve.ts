import type { Command } from 'commander'
import type { GlobalOptions } from '../cli'
import { withInterrupt } from '../interrupt'

interface Options extends GlobalOptions {
  readonly port: number
  readonly host: string
}

const defaultPort = 4870

/** Serves until interrupted; `--json` prints the address as a JSON document. */
export const serve = (command: Command): Command =>
  command
    .option('--port <number>', 'port (0 picks a free one)', Number, defaultPort)
    .option(
      '--host <address>',
      'address to listen on; other machines can connect unless it is a loopback address',
      '127.0.0.1',
    )
    .action(async ({ port, host, workspace: chosen, json }: Options) => {
      const [{ openStore }, { startService }, { defaultWorkspace }] = await Promise.all([
        import('../../node/store/index'),
        import('../../node/serve/service'),
        import('../../node/store/workspace'),
      ])
      const workspace = defaultWorkspace(chosen)
      // Report an unusable workspace here, once, rather than from a host that keeps restarting.
      await (await openStore(workspace)).close()
      const service = await startService({ host, port, tls: undefined, origins: [], workspace }, { ended })
      try {
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
    })

function ended(part: 'engine' | 'door', how: string): void {
  process.stderr.write(
    part === 'engine'
      ? `the engine stopped (${how}) and is restarting; you can resume runs that were in progress\n`
      : `the server stopped (${how}) and is restarting; runs continue\n`,
  )
}
