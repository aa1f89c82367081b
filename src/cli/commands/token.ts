import type { Command } from 'commander'
import { readAccess } from '../../node/access/accessFile'
import type { KnownToken } from '../../node/access/accessFile'
import { addToken, revokeToken } from '../../node/access/tokens'
import { defaultWorkspace } from '../../node/store/workspace'
import { makeFolder } from '../../node/store/makeFolder'
import type { GlobalOptions } from '../cli'
import { printResult } from '../output/result'
import { table } from '../output/table'

/** `token add NAME`, `token list` and `token revoke NAME`: who may use the workspace when it is served. */
export function token(command: Command): Command {
  command
    .command('add <name>')
    .description('create a token for nnopt serve; it is shown once and only its hash is stored')
    .option('--read-only', 'can view everything, but change nothing')
    .action((name: string, { readOnly, ...options }: GlobalOptions & { readonly readOnly?: boolean }) => {
      const workspace = defaultWorkspace(options.workspace)
      makeFolder(workspace)
      const { token: secret, known } = addToken(workspace, name, readOnly ? 'look' : 'work')
      print(
        options,
        { ...shown(known), token: secret },
        () => `${secret}\n\nSign in with it at the address of nnopt serve.`,
      )
    })
  command
    .command('list')
    .description('list the tokens')
    .action((options: GlobalOptions) => {
      const tokens = readAccess(defaultWorkspace(options.workspace)).tokens.map(shown)
      const rows = tokens.map(({ name, readOnly, createdAt }) => [name, readOnly ? 'read-only' : 'full', createdAt])
      print(options, tokens, () =>
        rows.length === 0
          ? "no tokens yet (create one with 'nnopt token add NAME'); nnopt serve prints one of its own"
          : table(['name', 'access', 'created'], rows),
      )
    })
  command
    .command('revoke <name>')
    .description('disconnect whoever uses the token, and refuse it from now on')
    .action((name: string, options: GlobalOptions) => {
      const known = revokeToken(defaultWorkspace(options.workspace), name)
      print(options, shown(known), () => `token '${name}' revoked`)
    })
  return command
}

const shown = ({ name, rights, createdAt }: KnownToken) => ({ name, readOnly: rights === 'look', createdAt })

const print = ({ json }: GlobalOptions, document: unknown, text: () => string): void =>
  printResult(json, document, text)
