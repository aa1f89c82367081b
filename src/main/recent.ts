import { existsSync } from 'node:fs'
import { app } from 'electron'
import { readState, writeState } from './stateFile'

const mostKept = 10

/**
 * Recently opened models and folders, newest first. Linux has no system list; on macOS and Windows the system is told
 * too, for the dock and taskbar.
 */
export interface RecentPaths {
  /** Only those that still exist. */
  list(): readonly string[]
  add(path: string): void
  clear(): void
}

export function createRecentPaths(file: string, onChange: () => void): RecentPaths {
  let known = load(file)
  const keep = (paths: readonly string[]): void => {
    known = paths
    writeState(file, paths)
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
  const paths = readState(file)
  return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []
}
