import { describe, expect, it } from 'vitest'
import { problemsIn } from '../../scripts/lint-words.mjs'

describe('the lint of words', () => {
  it('names the file, the line, the wording and the better one', () => {
    expect(problemsIn('x.ts', "const a = 1\nconst b = 'no data set yet'\n")).toEqual([
      "x.ts:2: 'data set': write 'dataset'; see docs/interface-terms.md",
    ])
  })

  it.each([
    ['a comment', 'x.ts', '// a data set\nconst a = 1\n'],
    ['an identifier', 'x.ts', "const key = 'model.colour'\n"],
    ['code in a document', 'x.md', 'Run `mend the colour`.\n\n```\nthe data set\n```\n'],
  ])('passes over %s', (_what, file, text) => {
    expect(problemsIn(file, text)).toEqual([])
  })

  it('reads templates and documents', () => {
    expect(problemsIn('x.ts', 'const a = (n) => `run ${n} is there already`\n')).toHaveLength(1)
    expect(problemsIn('x.md', 'Accuracy is 95 % here.\n')).toHaveLength(1)
  })
})
