import { printable } from '../../shared/printable'

/** JSON leaves these as they are, and some terminals obey them. */
const c1 = /[\u007f-\u009f]/g

const escaped = (character: string): string => `\\u00${character.charCodeAt(0).toString(16)}`

const jsonText = (document: unknown): string => JSON.stringify(document, null, 2).replace(c1, escaped)

/** Prints the result of a command: one document with `--json`, text otherwise. Names may be anybody's: what would upset a terminal is escaped. */
export function printResult(json: boolean | undefined, document: unknown, text: () => string): void {
  process.stdout.write(`${json ? jsonText(document) : printable(text())}\n`)
}
