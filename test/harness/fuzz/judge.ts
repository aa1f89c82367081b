import { mkdirSync, rmSync } from 'node:fs'
import { toErrorReport } from '../../../src/shared/errors'
import type { ForeignFile, FuzzKind } from './kind'

/** What became of a file. A fault is anything but a result or a refusal in one plain sentence. */
export type Verdict =
  | { readonly kind: 'read' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string }

const longestMessage = 4000

export async function judge(kind: FuzzKind, file: ForeignFile, folder: string): Promise<Verdict> {
  mkdirSync(folder, { recursive: true })
  try {
    await kind.read(file, folder)
    return { kind: 'read' }
  } catch (error) {
    const { code, message } = toErrorReport(error)
    if (code === 'internal')
      return { kind: 'fault', message: error instanceof Error ? (error.stack ?? message) : message }
    if (/\p{Cc}/u.test(message)) return { kind: 'fault', message: `control characters in ${JSON.stringify(message)}` }
    if (message.length > longestMessage)
      return { kind: 'fault', message: `a message of ${message.length} characters: ${message.slice(0, 200)}` }
    return { kind: 'refused', message }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
