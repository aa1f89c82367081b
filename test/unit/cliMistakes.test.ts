import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli'
import { cliWorkspace } from '../helpers/cliWorkspace'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'

const { folder, workspace, run, document } = cliWorkspace('cli-mistakes')

beforeAll(async () => {
  await document('dataset', 'add', 'colours', await writeImageFolder(join(folder, 'images')))
  await document('import', writeTinyModel(join(folder, 'tiny.onnx')), '--name', 'base')
})

describe('a call that is wrong', () => {
  let kept: readonly string[]
  beforeAll(() => {
    kept = readdirSync(join(workspace, 'versions'))
  })

  const calls: readonly (readonly [string, readonly string[], number, string, RegExp])[] = [
    [
      'an unknown command',
      ['fly'],
      2,
      'wrongCall',
      /^unknown command 'fly': expected one of dataset, datasets, import, /,
    ],
    ['an unknown flag', ['versions', '--fast'], 2, 'wrongCall', /^unknown option '--fast'/],
    ['a missing argument', ['show'], 2, 'wrongCall', /^missing required argument 'version'/],
    ['a missing flag', ['evaluate', 'base'], 2, 'wrongCall', /^required option '--dataset <name>' not specified/],
    [
      'a number that is none',
      ['evaluate', 'base', '--dataset', 'colours', '--limit', 'many'],
      2,
      'wrongCall',
      /^--limit: expected a number, got 'many'$/,
    ],
    [
      'a number out of range',
      ['evaluate', 'base', '--dataset', 'colours', '--limit', '0'],
      2,
      'wrongCall',
      /step 1 \(evaluate\): field 'limit': /,
    ],
    [
      'an unknown split',
      ['evaluate', 'base', '--dataset', 'colours', '--split', 'dev'],
      2,
      'wrongCall',
      /'split': .*"train"\|"val"\|"test"/,
    ],
    ['an unknown version', ['show', 'bas'], 1, 'notFound', /^no version named 'bas': did you mean 'base'/],
    [
      'an unknown dataset',
      ['evaluate', 'base', '--dataset', 'colour'],
      1,
      'notFound',
      /^no dataset named 'colour': did you mean 'colours'\?$/,
    ],
    [
      'an unknown observer',
      ['quantize', 'base', '--dataset', 'colours', '--activation-observer', 'crystal-ball'],
      2,
      'wrongCall',
      /'activationObserver': .*"entropy"\|"histogram"\|.*"min-max"/,
    ],
    [
      'an unknown mode',
      ['quantize', 'base', '--dataset', 'colours', '--mode', 'magic'],
      2,
      'wrongCall',
      /'mode': .*"ptq"/,
    ],
    [
      'an unknown architecture',
      ['train', '--arch', 'giant', '--dataset', 'colours'],
      2,
      'wrongCall',
      /'architecture': .*"tiny-cnn"/,
    ],
    [
      'nothing to start training from',
      ['train', '--dataset', 'colours'],
      2,
      'wrongCall',
      /expected either 'architecture' or 'from'/,
    ],
    [
      'an unknown backend',
      ['train', '--arch', 'tiny-cnn', '--dataset', 'colours', '--backend', 'abacus'],
      1,
      'notFound',
      /field 'backend': unknown backend 'abacus': expected one of tensorflow, wasm/,
    ],
    [
      'a benchmark without threads',
      ['benchmark', 'base', '--threads', '0'],
      2,
      'wrongCall',
      /field 'threads\[0\]': .*>=1/,
    ],
    [
      'a batch that is no number',
      ['benchmark', 'base', '--batch', '1,x'],
      2,
      'wrongCall',
      /^--batch: expected a number, got 'x'$/,
    ],
    [
      'more threads than cores',
      ['benchmark', 'base', '--threads', '200'],
      1,
      'badInput',
      /^threads: expected at most the \d+ cores of this machine, got 200$/,
    ],
    [
      'an unknown format',
      ['export', 'base', '--format', 'pdf', '--out', '/tmp/x'],
      2,
      'wrongCall',
      /^unknown format 'pdf': expected one of onnx$/,
    ],
    [
      'a folder that is not there',
      ['export', 'base', '--out', '/nowhere/x.onnx'],
      2,
      'wrongCall',
      /^'\/nowhere\/x\.onnx': the folder '\/nowhere' does not exist/,
    ],
    [
      'a recipe that is not there',
      ['run', '/nowhere.yaml'],
      1,
      'badInput',
      /^recipe '\/nowhere\.yaml' cannot be read: /,
    ],
    ['a run that is not there', ['resume', 'r-0'], 1, 'notFound', /^no run named 'r-0': /],
  ]
  it.each(calls)('%s: one sentence, the exit code, and nothing made', async (_, args, code, errorCode, message) => {
    const result = await run(...args)
    expect(result.json).toEqual({ error: { code: errorCode, message: expect.stringMatching(message) } })
    expect(result.code).toBe(code)
    expect(readdirSync(join(workspace, 'versions'))).toEqual(kept)
  })

  it('without --json says the same on stderr', async () => {
    const { code, stdout, stderr } = await cli(['show', 'nothing'], { workspace })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: no version named 'nothing': did you mean /)
  })
})
