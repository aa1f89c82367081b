import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { app } from 'electron'
import type { BrowserWindow } from 'electron'
import type { RecentPaths } from './recent'

const isModel = (path: string): boolean => /\.onnx$/i.test(path)

/** The models and folders among the arguments of a command line. */
export const pathsIn = (args: readonly string[], from: string): readonly string[] =>
  args
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => resolve(from, argument))
    .filter(
      (path) =>
        existsSync(path) &&
        (isModel(path) ? statSync(path).isFile() : statSync(path).isDirectory() && path !== app.getAppPath()),
    )

export interface PathOpener {
  open(path: string): void
}

/** Hands files that the system opens with this program to the page, once it is there, and lists them as recent. */
export function createPathOpener(
  window: () => BrowserWindow | undefined,
  recent: Pick<RecentPaths, 'add'>,
): PathOpener {
  const waiting: string[] = []
  const send = (target: BrowserWindow, path: string): void => {
    recent.add(path)
    target.webContents.send('open:path', path)
  }
  // The page has its listeners when it asks for the engine's port: it is loaded then.
  app.on('web-contents-created', (_event, contents) => {
    contents.on('did-finish-load', () => {
      const target = window()
      if (target) for (const path of waiting.splice(0)) send(target, path)
    })
  })
  const open = (path: string): void => {
    const target = window()
    if (!target || target.webContents.isLoading()) waiting.push(path)
    else send(target, path)
  }
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open(path)
  })
  return { open }
}
