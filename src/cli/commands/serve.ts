import type { Command } from 'commander'
import type { GlobalOptions } from '../cli'
import { withInterrupt } from '../interrupt'

interface Options extends GlobalOptions {
  readonly port: number
  readonly host: string
}

const defaultPort = 4870

/** Serves until it is interrupted; `--json` prints the address as a document. */
export const serve = (command: Command): Command =>
  command
    .option('--port <number>', 'port; 0 takes a free one', Number, defaultPort)
    .option('--host <address>', 'address to listen on; anything but loopback lets other machines in', '127.0.0.1')
    .action(async ({ port, host: address, workspace, json }: Options) => {
      const [{ createHost }, { startServer }, { defaultWorkspace }] = await Promise.all([import('../../node/createHost'), import('../../node/serve/index'), import('../../node/store/workspace')])
      const host = createHost({ workspace: defaultWorkspace(workspace) })
      try {
        const server = await startServer({ host: address, port, onConnection: host.connect })
        process.stdout.write(`${json ? JSON.stringify({ url: server.url, token: server.token, pid: process.pid }) : `NNOpt Studio: ${server.url}\nCtrl-C ends it`}\n`)
        await withInterrupt((signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })))
        await server.close()
      } finally {
        await host.close()
      }
    })
