import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import { attach, end } from './attach'
import { installer } from './installers'

test('the AppImage starts, where it cannot be mounted too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-appimage-'))
  const switches = ['--appimage-extract-and-run', '--remote-debugging-port=0', `--user-data-dir=${folder}/profile`]
  const env = { ...process.env, TMPDIR: folder, HOME: folder }
  const program = spawn(installer('.AppImage'), switches, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const page = await attach(program)
    await expect(page.getByRole('heading', { level: 1, name: en['versions.title'] })).toBeVisible()
    await expect(page.getByRole('button', { name: en['guide.sample.action'] })).toBeVisible()
  } finally {
    await end(program)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
