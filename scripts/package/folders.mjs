// Where a package is laid ready: all below dist/, which git ignores.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const dist = join(root, 'dist')
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
export const productName = 'NNOpt Studio'
