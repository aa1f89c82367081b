import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { repositoryRoot } from './repositoryRoot'

const run = promisify(execFile)

/** A copy of the source tree with files added to it, and its engine built from both. */
export interface SourceCopy {
  readonly root: string
  /** Runs `nnopt` of the copy; rejects with its messages when it fails. */
  nnopt(...args: readonly string[]): Promise<string>
}

const copied = ['tsconfig.base.json', 'src', 'bin', 'scripts', 'resources', 'package.json', 'vite.engine.config.ts']

/** Writes the files, by path, into a copy of the source tree at `root`, and builds the engine there. */
export async function copySource(root: string, files: ReadonlyMap<string, string>): Promise<SourceCopy> {
  for (const name of copied) cpSync(join(repositoryRoot, name), join(root, name), { recursive: true })
  symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'), 'dir')
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text, { flag: 'wx' })
  }
  await run(process.execPath, [join(root, 'scripts', 'build-engine.mjs')])
  return {
    root,
    nnopt: async (...args) => {
      const called = run(process.execPath, [join(root, 'bin', 'nnopt.mjs'), ...args], { maxBuffer: 2 ** 26 })
      // With --json the reason is on stdout.
      const { stdout } = await called.catch((error: Error & { readonly stdout?: string }) => {
        throw new Error(`${error.message}\n${error.stdout ?? ''}`, { cause: error })
      })
      return stdout
    },
  }
}

/** The code blocks of a page that start with the path of their file, by path. */
export function filesOfPage(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(repositoryRoot, page), 'utf8')
  return new Map(
    [...text.matchAll(/```ts\n\/\/ (src\/\S+)\n([\s\S]*?)```/g)].map(([, path = '', code = '']) => [path, code]),
  )
}
