// Says how much of the interface the first screen loads, compressed: node scripts/bundle-size.mjs [LIMIT IN KB]. Exits with 1 above the limit.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const out = join(dirname(fileURLToPath(import.meta.url)), '..', 'out', 'renderer')
const limitKb = Number(process.argv[2] ?? 350)

const page = readFileSync(join(out, 'index.html'), 'utf8')
const named = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file)

/** What the page names, and what those files import without being asked. */
const files = new Set()
function take(file) {
  if (files.has(file)) return
  files.add(file)
  if (!file.endsWith('.js')) return
  for (const [, imported] of readFileSync(join(out, file), 'utf8').matchAll(
    /(?:^|[;\n}])\s*import\s*(?:[^'"()]*?from\s*)?["']\.\/([^"']+)["']/g,
  ))
    take(`assets/${imported}`)
}
named.forEach(take)

const sizes = [...files]
  .map((file) => ({ file, kb: gzipSync(readFileSync(join(out, file))).length / 1000 }))
  .sort((a, b) => b.kb - a.kb)
const total = sizes.reduce((sum, { kb }) => sum + kb, gzipSync(page).length / 1000)
for (const { file, kb } of sizes) console.log(`${kb.toFixed(1).padStart(8)} kB  ${file}`)
console.log(`${total.toFixed(1).padStart(8)} kB  first screen, compressed; limit ${limitKb} kB`)
process.exit(total > limitKb ? 1 : 0)
