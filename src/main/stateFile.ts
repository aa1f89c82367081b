import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import log from 'electron-log/node'

/** What a file of the profile holds; undefined when it is missing or damaged, and the program then starts as if it were new. */
export function readState(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Replaces a file of the profile as a whole. One that cannot be written is told in the log: the program works without it. */
export function writeState(file: string, state: unknown): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  } catch (error) {
    log.warn(`'${file}' cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}
