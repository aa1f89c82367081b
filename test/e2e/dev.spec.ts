import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from '@playwright/test'

/** `npm run dev`, in a copy of the source tree: a test may not edit the one it runs from. */
test.describe.configure({ mode: 'serial' })

const checkout = join(import.meta.dirname, '..', '..')
const copy = mkdtempSync(join(tmpdir(), 'nnopt-dev-'))
const copied = ['src', 'bin', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.base.json', 'vite.engine.config.ts']
const texts = join(copy, 'src', 'renderer', 'i18n', 'en.ts')

let dev: ChildProcess
let address: string

test.beforeAll(async () => {
  for (const path of copied) cpSync(join(checkout, path), join(copy, path), { recursive: true })
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'))
  const options = ['--port', '0', '--workspace', join(copy, 'workspace')]
  dev = spawn(process.execPath, [join(copy, 'scripts', 'dev.mjs'), ...options], { stdio: ['ignore', 'pipe', 2] })
  address = await new Promise((resolve, reject) => {
    dev.once('exit', (code) => reject(new Error(`npm run dev ended with code ${code}`)))
    createInterface({ input: dev.stdout! }).on('line', (line) => {
      const found = /^NNOpt Studio: (\S+)$/.exec(line)?.[1]
      if (found) resolve(found)
    })
  })
})

test.afterAll(async () => {
  const ended = new Promise((resolve) => dev.once('exit', resolve))
  dev.kill('SIGTERM')
  await ended
  rmSync(copy, { recursive: true, force: true })
})

test('the page runs from the sources against an engine, and shows a saved change without a reload', async ({
  page,
}) => {
  await page.goto(address)
  await expect(page.getByRole('heading', { level: 1, name: 'Versions' })).toBeVisible()
  writeFileSync(
    texts,
    readFileSync(texts, 'utf8').replace("'versions.title': 'Versions'", "'versions.title': 'Edited'"),
  )
  await expect(page.getByRole('heading', { level: 1, name: 'Edited' })).toBeVisible()
})
