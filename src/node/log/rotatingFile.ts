import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** How much of a log is kept: the file itself and older ones, `.1` being the newest of these. */
export interface Rotation {
  readonly fileBytes: number
  readonly olderFiles: number
}

const usualRotation: Rotation = { fileBytes: 2 ** 20, olderFiles: 4 }

/** Appends a line; a file that is full makes room first. Throws what the file system refuses. */
export function appendLine(file: string, line: string, { fileBytes, olderFiles }: Rotation = usualRotation): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) mkdirSync(dirname(file), { recursive: true })
  else if (size + line.length > fileBytes) rotate(file, olderFiles)
  appendFileSync(file, `${line}\n`)
}

function rotate(file: string, olderFiles: number): void {
  for (let number = olderFiles; number > 0; number--) {
    const newer = number === 1 ? file : older(file, number - 1)
    if (existsSync(newer)) renameSync(newer, older(file, number))
  }
}

const older = (file: string, number: number): string => `${file}.${number}`
