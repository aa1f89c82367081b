import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { root } from './installers'

const run = promisify(execFile)
const big = { maxBuffer: 2 ** 26 }

test('the npm package runs the demo and serves the interface from an empty folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-npm-'))
  const env = { ...process.env, HOME: folder, NNOPT_WORKSPACE: join(folder, 'workspace'), XDG_RUNTIME_DIR: folder }
  try {
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, ...big })
    const [packed = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
    await run('npm', ['install', '--no-audit', '--no-fund', `./${packed}`], { cwd: folder, ...big })
    const nnopt = join(folder, 'node_modules', '.bin', 'nnopt')
    await run(nnopt, ['demo', '--out', join(folder, 'report.html')], { cwd: folder, env, ...big })
    expect(existsSync(join(folder, 'report.html'))).toBe(true)

    const server = spawn(nnopt, ['serve', '--port', '0'], { cwd: folder, env })
    try {
      const address = await new Promise<string>((resolve, reject) => {
        let text = ''
        const read = (chunk: Buffer): void => {
          text += chunk.toString()
          const [url] = /http:\/\/[^\s#]+/.exec(text) ?? []
          if (url) resolve(url)
        }
        server.stdout.on('data', read)
        server.stderr.on('data', read)
        server.once('exit', () => reject(new Error(text)))
      })
      const answer = await fetch(address)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('<div id="app">')
    } finally {
      server.kill()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
