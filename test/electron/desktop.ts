import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'

function variable(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`$${name} is not set: run 'npm run test:electron'`)
  return value
}

/** What one person has on one computer: a profile of the program, a workspace, folders for the system. */
export interface Home {
  readonly folder: string
  readonly workspace: string
  readonly profile: string
  readonly proxy: string
  readonly env: Readonly<Record<string, string>>
  remove(): void
}

/** `proxy` is where everything that would leave the machine goes. */
export function makeHome(proxy: string): Home {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-desktop-'))
  const workspace = join(folder, 'workspace')
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    folder,
    workspace,
    profile: join(folder, 'profile'),
    proxy,
    env: {
      ...Object.fromEntries(inherited),
      HOME: folder,
      NNOPT_WORKSPACE: workspace,
      NNOPT_CACHE: join(folder, 'cache'),
      NNOPT_RUNTIME: join(folder, 'runtime'),
      // Node, in the program and in its engine.
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      NO_PROXY: 'localhost,127.0.0.1',
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  /** Quits as the menu does; the program may ask first. */
  quit(): Promise<void>
  /** The end of its process. */
  readonly ended: Promise<void>
  /** Ends its process without a question. */
  kill(): Promise<void>
}

/** The program's file and the arguments that come before those of the person. */
export function commandOf(home: Home): { readonly file: string; readonly args: readonly string[] } {
  const program = process.env.NNOPT_TEST_PROGRAM
  const switches = ['--no-sandbox', `--user-data-dir=${home.profile}`, `--proxy-server=${home.proxy}`]
  // A packaged program is its own.
  return { file: variable('NNOPT_TEST_ELECTRON'), args: program === undefined ? switches : [...switches, program] }
}

export async function startDesktop(home: Home, ...args: readonly string[]): Promise<Desktop> {
  const command = commandOf(home)
  const app = await _electron.launch({
    executablePath: command.file,
    args: [...command.args, ...args],
    env: { ...home.env },
    cwd: home.folder,
  })
  const child = app.process()
  const ended = once(child, 'exit').then(() => undefined)
  return {
    app,
    page: await app.firstWindow(),
    ended,
    // An answer could come after the end of the process.
    quit: () => app.evaluate(({ app }) => void setImmediate(() => app.quit())),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
