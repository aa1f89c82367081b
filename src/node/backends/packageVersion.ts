import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The version of an npm package; undefined if it is not installed. */
export function packageVersion(name: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as {
      readonly version: string
    }
    return version
  } catch {
    return undefined
  }
}
