import { join } from 'node:path'
import { expect } from 'vitest'
import { cli } from './cli'
import type { CliResult } from './cli'
import { temporaryFolder } from './temporary'

/** A workspace of its own for the commands of one test file, and a folder around it for their inputs. */
export function cliWorkspace(name: string) {
  const folder = temporaryFolder(name)
  const workspace = join(folder, 'workspace')
  const run = (...args: readonly string[]): Promise<CliResult> => cli([...args, '--json'], { workspace })

  /** Runs a command that must succeed and returns its JSON document. */
  async function document<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
    const { code, json, stderr } = await run(...args)
    expect([code, stderr.match(/error: .*/)?.[0]]).toEqual([0, undefined])
    return json as T
  }
  return { folder, workspace, run, document }
}
