// Does what the README says to do first, in a clone of this commit: 'npm run test:clone'. Needs what 'npm ci' needs, and nothing of this checkout.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './package/folders.mjs'

const folder = mkdtempSync(join(tmpdir(), 'nnopt-clone-'))
const clone = join(folder, 'clone')
const answersWithinMs = 60_000
const env = { ...process.env, NNOPT_WORKSPACE: join(folder, 'workspace'), XDG_RUNTIME_DIR: folder }

function assert(condition, message) {
  if (!condition) throw new Error(message)
}
const npm = (args) =>
  execFileSync('npm', args, { cwd: clone, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** 'npm run serve': the first answer under the printed address is the interface. */
async function checkServe() {
  const startedAt = Date.now()
  const server = spawn('npm', ['run', 'serve', '--', '--port', '0'], { cwd: clone, env, detached: true })
  try {
    const address = await new Promise((resolve, reject) => {
      let text = ''
      const read = (chunk) => {
        text += chunk
        const [found] = /http:\/\/[^\s#]+/.exec(text) ?? []
        if (found) resolve(found)
      }
      server.stdout.on('data', read)
      server.stderr.on('data', read)
      server.once('exit', () => reject(new Error(`npm run serve: ${text}`)))
    })
    const answer = await fetch(address)
    const text = await answer.text()
    assert(answer.status === 200 && text.includes('<div id="app">'), `npm run serve: got ${answer.status}`)
    const tookMs = Date.now() - startedAt
    console.log(`npm run serve: the interface after ${(tookMs / 1000).toFixed(1)} s`)
    assert(tookMs < answersWithinMs || !process.env.NNOPT_STRICT, 'npm run serve: expected an answer within 60 s')
  } finally {
    process.kill(-server.pid)
  }
}

/** 'npm start' hands the built program to the Electron that the variable names. */
function checkStart() {
  const fake = join(folder, 'electron')
  mkdirSync(fake)
  writeFileSync(join(fake, 'electron'), `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/started"\n`)
  chmodSync(join(fake, 'electron'), 0o755)
  execFileSync('npm', ['start'], { cwd: clone, env: { ...env, ELECTRON_OVERRIDE_DIST_PATH: fake }, stdio: 'ignore' })
  const [program] = readFileSync(join(folder, 'started'), 'utf8').split('\n')
  assert(existsSync(join(program, 'out', 'main', 'index.js')), `npm start: expected a built program, got '${program}'`)
  console.log('npm start: hands the built program to Electron')
}

try {
  execFileSync('git', ['clone', '--quiet', root, clone], { stdio: 'inherit' })
  const installed = execFileSync('sh', ['-c', 'npm ci 2>&1'], { cwd: clone, env, encoding: 'utf8' })
  assert(!installed.includes('EBADENGINE'), `npm ci: ${installed}`)
  console.log(`npm ci: ${installed.trim().split('\n').length} lines`)
  await checkServe()
  checkStart()
  npm(['run', 'demo'])
  assert(existsSync(join(folder, 'workspace', 'reports', 'demo.html')), 'npm run demo: wrote no report')
  console.log('npm run demo: wrote its report')
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
