import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@playwright/test'
import { sampleToInt8 } from '../electron/sample'
import { attach, end } from './attach'
import { root } from './installers'

const mac = process.arch === 'arm64' ? 'mac-arm64' : 'mac'
const programs: Readonly<Record<string, string>> = {
  linux: 'linux-unpacked/nnopt-studio',
  win32: 'win-unpacked/NNOpt Studio.exe',
  darwin: `${mac}/NNOpt Studio.app/Contents/MacOS/NNOpt Studio`,
}

test('the packaged program takes the sample to int8', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-smoke-'))
  const file = join(root, 'dist', 'installers', programs[process.platform] ?? '')
  const switches = ['--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${join(folder, 'profile')}`]
  const env = { ...process.env, NNOPT_WORKSPACE: join(folder, 'workspace') }
  const program = spawn(file, switches, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    await sampleToInt8(await attach(program))
  } finally {
    await end(program)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
