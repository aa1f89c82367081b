// Writes the pages of the documentation that are generated: docs/extensions.md, from the registries.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const nnopt = join(root, 'bin', 'nnopt.mjs')
writeFileSync(join(root, 'docs', 'extensions.md'), execFileSync(process.execPath, [nnopt, 'extensions', '--markdown']))
