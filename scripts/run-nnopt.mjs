import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin', 'nnopt.mjs')

/** A function that runs a command of the program in a workspace and returns its JSON document. */
export const nnoptIn =
  (workspace) =>
  (...args) => {
    process.stderr.write(`nnopt ${args.join(' ')}\n`)
    const shared = ['--json', ...(workspace ? ['--workspace', workspace] : [])]
    const output = execFileSync(process.execPath, [program, ...args, ...shared], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1e9,
    })
    return JSON.parse(output)
  }
