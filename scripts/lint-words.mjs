// Rejects wordings that docs/interface-terms.md rules out, in the interface, the CLI, error messages and the docs: node scripts/lint-words.mjs
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import ts from 'typescript'

/** Each pattern with the better wording. */
export const rules = [
  [/\bdata sets?\b/i, "write 'dataset'"],
  [/\d %(?=[\s,.;:)|]|$)/, "write a percent sign without a space: '95%'"],
  [
    /\bcolour|\bnormalis|\bcentr(?:e|ed)\b|\bgrey\b|\bbehaviour|\bneighbour|\bfavour|\blicence\b/i,
    'use American spelling',
  ],
  [/\bthat shall\b|\bshall\b/i, "write 'must' or 'will', or give an instruction"],
  [/\bis called '|\bare called '/, 'write "named \'x\'"'],
  [/\bis there already\b|\bis already there\b/i, "write 'already exists'"],
  [/\bnothing waits\b/i, "write 'the queue is empty'"],
  [/\bas the system\b/i, "write 'system default'"],
  [/\bmend(?:s|ed)?\b/i, "write 'repair'"],
  [/\bfor good\b/i, "write 'permanently'"],
  [/\bgoes on with\b|\bgo on with\b|\bgoes on where\b/i, "write 'continues' or 'resumes'"],
  [/\bwhen left out\b|\bleft out;/i, "write '(default: …)' or 'skipped'"],
  [/\bcut short\b|\bis cut off\b/i, "write 'truncated'"],
  [/\btrain(?:s|ed)? (?:on from|from the start|further)\b/i, "write 'fine-tune' or 'train from scratch'"],
  [
    /\b(?:ms|MB|bytes|scores|images) an? (?:step|batch|image|call|second)\b/i,
    "write 'per', or a slash with units: 'ms/step'",
  ],
  [/\bno figure of\b|\bfigures? (?:of|for) (?:both|one)\b/i, "write 'number' or 'result'"],
  [/\bwhat is not there\b|\bis not there\b|\bare not there\b/i, "write 'does not exist' or 'is missing'"],
  [/\bplease\b|\bsuccessfully\b/i, 'leave it out'],
  [/\bso many (?:images|epochs|steps|threads)\b/i, "write 'this many'"],
  [/\bby itself, and\b|\bof (?:its|their) own accord\b/i, "write 'automatically'"],
  [/\bbrings? it back\b/i, "write 'restores it'"],
  [/\bbeside (?:others?|work|other work|it)\b/i, "write 'next to' or 'at the same time as'"],
  [/\bmust not be had\b|\bto be had\b/i, "write 'available'"],
  [/[!](?:['"`]|$)/, 'do not exclaim'],
]

/** Texts that people read; comments and identifiers are not among them. */
const files = execFileSync(
  'git',
  ['ls-files', 'src', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs', 'recipes'],
  { encoding: 'utf8' },
)
  .trim()
  .split('\n')
  .filter((file) => ['.ts', '.md', '.yaml'].includes(extname(file)) && file !== 'docs/interface-terms.md')

/** Sentences and phrases among the string literals of a file, with their positions. */
function stringsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found = []
  const visit = (node) => {
    const isText =
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    if (isText && /\S\s+\S/.test(node.text)) found.push([node.getStart(), node.text])
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found.map(([position, value]) => [source.getLineAndCharacterOfPosition(position).line + 1, value])
}

/** Lines of a document outside code. */
const linesOf = (text) => {
  let isFenced = false
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('```')) isFenced = !isFenced
    return isFenced ? [] : [[index + 1, line.replace(/`[^`]*`/g, '')]]
  })
}

export const problemsIn = (file, text) =>
  (extname(file) === '.ts' ? stringsOf(file, text) : linesOf(text)).flatMap(([line, value]) =>
    rules.flatMap(([pattern, advice]) => {
      const [found] = pattern.exec(value) ?? []
      return found === undefined ? [] : [`${file}:${line}: '${found.trim()}': ${advice}; see docs/interface-terms.md`]
    }),
  )

if (process.argv[1] === import.meta.filename) {
  const problems = files.flatMap((file) => problemsIn(file, readFileSync(file, 'utf8')))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
