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
    .action(async ({ port, host: address, workspace, json }: Options) => {
      const [{ openStore }, { startServer }, { startHostProcess }, { defaultWorkspace }] = await Promise.all([
        import('../../node/store/index'),
        import('../../node/serve/index'),
        import('../../node/serve/hostProcess'),
        import('../../node/store/workspace'),
      ])
      const folder = defaultWorkspace(workspace)
      // Report an unusable workspace here, once, rather than from a host that keeps restarting.
      await (await openStore(folder)).close()
      const host = startHostProcess(folder, (how) =>
        process.stderr.write(
          `the engine stopped (${how}) and is restarting; you can resume runs that were in progress\n`,
        ),
      )
      try {
        const server = await startServer({ host: address, port, onConnection: (page) => host.connect(page) })
        process.stdout.write(
          `${json ? JSON.stringify({ url: server.url, token: server.token, pid: process.pid }) : `NNOpt Studio: ${server.url}\nPress Ctrl-C to stop.`}\n`,
        )
        await withInterrupt(
          (signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
        )
        await server.close()
      } finally {
        await host.close()
      }
    })
