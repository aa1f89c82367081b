import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from './repositoryRoot'

/** A command as it stands in a document; `isWhole` where it is an example to copy rather than a mention. */
export interface DocCommand {
  readonly file: string
  readonly line: number
  readonly words: readonly string[]
  readonly isWhole: boolean
}

/** The Markdown files at the root and in docs, relative to the repository. */
export const documents = (): readonly string[] => [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(repositoryRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

const withoutComment = (text: string): string => text.replace(/\s#.*$/, '')

const split = (text: string): readonly string[] => withoutComment(text).trim().split(/\s+/)

/** Commands of a program in fenced blocks (at the start of a line) and in inline code. */
export function commandsIn(file: string, program: string): readonly DocCommand[] {
  let isFenced = false
  return readFileSync(join(repositoryRoot, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      if (text.startsWith('```')) isFenced = !isFenced
      const found = isFenced
        ? withoutComment(text)
            .split('&&')
            .map((part) => part.trim())
        : [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
      return found
        .filter((command) => command.startsWith(`${program} `) && !command.includes('…'))
        .map((command) => ({ file, line: index + 1, words: split(command).slice(1), isWhole: isFenced }))
    })
}
