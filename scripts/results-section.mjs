import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a part of a results page between its markers, in place of what an earlier run wrote there or at the end. Other parts stay as they are. */
export function writeSection(file, name, text) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const page = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  const section = `${start}\n\n${text.trim()}\n\n${end}\n`
  const written =
    from < 0 || to < 0 ? `${page}\n${section}` : page.slice(0, from) + section + page.slice(to + end.length + 1)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, written)
  process.stderr.write(`wrote '${name}' of ${file}\n`)
}

/** A Markdown table. */
export const tableOf = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A difference of accuracies in points. */
export const points = (share) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)}`

/** A share in percent. */
export const percent = (share, digits = 1) => `${(share * 100).toFixed(digits)}%`
