import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'

const folder = temporaryFolder('busy')
const workspace = join(folder, 'ws')
const spinners: ChildProcess[] = []
afterEach(() => spinners.splice(0).forEach((child) => child.kill('SIGKILL')))

/** Another program that never rests; resolves once it works. */
async function loadCore(): Promise<void> {
  const child = spawn(process.execPath, ['-e', "process.stdout.write('busy', () => { for (;;) Math.sqrt(2) })"], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  spinners.push(child)
  await once(child.stdout, 'data')
}

interface Result {
  readonly results: readonly { readonly warnings: readonly string[] }[]
}

describe('a benchmark beside a loaded core', () => {
  it('is flagged in its results and on the terminal', async () => {
    expect(
      (await cli(['import', writeTinyModel(join(folder, 'model.onnx')), '--name', 'tiny', '--json'], { workspace }))
        .code,
    ).toBe(0)
    await loadCore()
    const { code, json, stderr } = await cli(
      ['benchmark', 'tiny', '--batch', '1,8', '--threads', '1', '--rounds', '3', '--json'],
      { workspace },
    )
    expect(code).toBe(0)
    const { results } = json as Result
    expect(results).toHaveLength(2)
    for (const { warnings } of results) {
      for (const when of ['before the start', 'during the measurement'])
        expect(warnings).toContainEqual(
          expect.stringMatching(new RegExp(`other programs kept \\d+\\.\\d of \\d+ cores busy ${when}`)),
        )
    }
    expect(stderr).toContain('cores busy before the start')
  })
})
