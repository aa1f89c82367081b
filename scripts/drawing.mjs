#!/usr/bin/env node
// Draws which folder of src/core imports which, as Mermaid, into docs/architecture.md: npm run drawing.
// With --check it only compares: npm run lint. Exits with 1 on a circle between folders or an outdated drawing.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import configuration from '../.dependency-cruiser.mjs'
import { floors } from './floors.mjs'

const page = join(import.meta.dirname, '../docs/architecture.md')
const [start, end] = ['<!-- npm run drawing -->', '<!-- end of drawing -->']

/** Which folders each folder of core imports. */
async function importsOfFolders() {
  const { output } = await cruise(['src/core'], { ...configuration.options, ruleSet: {}, outputType: 'json' })
  const folderOf = (path) => /^src\/core\/(\w+)\//.exec(path)?.[1]
  const imports = new Map(floors.flat().map((folder) => [folder, new Set()]))
  for (const { source, dependencies } of JSON.parse(output).modules)
    for (const { resolved } of dependencies) {
      const [from, to] = [folderOf(source), folderOf(resolved)]
      if (from && to && from !== to) imports.get(from).add(to)
    }
  return imports
}

/** Every folder that is reached from one, over others too. Throws on a circle. */
function reached(imports, folder, path = []) {
  if (path.includes(folder)) throw new Error(`folders import each other: ${[...path, folder].join(' → ')}`)
  const direct = [...imports.get(folder)]
  return new Set(direct.flatMap((next) => [next, ...reached(imports, next, [...path, folder])]))
}

/** An arrow that follows from others is left out, as in any drawing of an order. */
function arrows(imports) {
  return [...imports].flatMap(([folder, direct]) => {
    const indirect = new Set([...direct].flatMap((next) => [...reached(imports, next, [folder])]))
    return [...direct].filter((next) => !indirect.has(next)).map((next) => `  ${folder} --> ${next}`)
  })
}

const imports = await importsOfFolders()
const drawnArrows = arrows(imports)
const alone = floors.flat().filter((folder) => !drawnArrows.some((arrow) => arrow.split(' ').includes(folder)))
const lines = [...alone.map((folder) => `  ${folder}`), ...drawnArrows].sort()
const drawing = [start, '', '```mermaid', 'flowchart TB', ...lines, '```', '', end].join('\n')

const text = readFileSync(page, 'utf8')
const [from, to] = [text.indexOf(start), text.indexOf(end)]
if (from < 0 || to < 0) throw new Error(`${page}: expected the lines ${start} and ${end}`)
const drawn = text.slice(0, from) + drawing + text.slice(to + end.length)

if (!process.argv.includes('--check')) {
  writeFileSync(page, drawn)
  console.log(lines.join('\n'))
} else if (drawn !== text) {
  console.error("docs/architecture.md: the drawing of core's imports is out of date: run npm run drawing")
  process.exit(1)
}
