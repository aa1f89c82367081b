import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { app } from 'electron'

const mostKept = 10

/** Models and folders that were opened last, the newest first. Linux has no list of its own; macOS and Windows are told too, for their dock and taskbar. */
export interface RecentPaths {
  /** Those that are still there. */
  list(): readonly string[]
  add(path: string): void
  clear(): void
}

export function createRecentPaths(file: string, onChange: () => void): RecentPaths {
  let known = load(file)
  const keep = (paths: readonly string[]): void => {
    known = paths
    try {
      writeFileSync(file, JSON.stringify(paths))
    } catch {
      // The list still holds until the program ends.
    }
    onChange()
  }
  return {
    list: () => known.filter((path) => existsSync(path)),
    add: (path) => {
      app.addRecentDocument(path)
      keep([path, ...known.filter((each) => each !== path)].slice(0, mostKept))
    },
    clear: () => {
      app.clearRecentDocuments()
      keep([])
    },
  }
}

function load(file: string): readonly string[] {
  try {
    const paths: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []
  } catch {
    // Missing or damaged: the list begins anew.
    return []
  }
}
