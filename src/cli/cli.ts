import type { Client } from '../shared/contract'
import { createClient, createLinkedPorts } from '../shared/rpc'
import type { ProgressDisplay } from './output/progressBar'
import { printResult } from './output/result'

/** Flags that every command has. */
export interface GlobalOptions {
  readonly workspace?: string
  readonly json?: boolean
}

/** What a command works with: the contract, and its two output channels. */
export interface Cli {
  readonly client: Client
  readonly workspace: string
  readonly json: boolean
  readonly progress: ProgressDisplay
  /** Prints the result: one document with `--json`, text otherwise. */
  print(document: unknown, text: () => string): void
  /** Progress and notes on stderr, next to the result. */
  note(text: string): void
}

/** Opens the workspace in this process, runs the action and closes the workspace; jobs of the action end with it. */
export async function withCli<T>(options: GlobalOptions, action: (cli: Cli) => Promise<T>): Promise<T> {
  const [{ createHost }, { defaultWorkspace }, { createProgressDisplay }] = await Promise.all([
    import('../node/createHost'),
    import('../node/store/workspace'),
    import('./output/progressBar'),
  ])
  const workspace = defaultWorkspace(options.workspace)
  const host = await createHost({ workspace, watch: false })
  const [near, far] = createLinkedPorts()
  host.connect(far)
  const progress = createProgressDisplay()
  const json = options.json ?? false
  if (host.readOnly) progress.note(`workspace '${workspace}' is read-only: nothing of it can be changed`)
  try {
    return await action({
      client: createClient(near),
      workspace,
      json,
      progress,
      print: (document, text) => printResult(json, document, text),
      note: (text) => progress.note(text),
    })
  } finally {
    progress.end()
    near.close()
    await host.close()
  }
}
