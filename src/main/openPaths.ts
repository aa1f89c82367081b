import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, ipcMain } from 'electron'
import type { WebContents } from 'electron'
import { wishChannels } from '../shared/shell'
import { isOwnPage } from './guards'
import type { RecentPaths } from './recent'
import { say } from './say'

/** Files that the program imports: models, bundles and image archives. */
const isTakenIn = (path: string): boolean => /\.(onnx|nnopt|zip|tar|tgz|tar\.gz)$/i.test(path)

/** File managers may pass a file as a URL. */
const pathOf = (argument: string, from: string): string =>
  /^file:\/\/\//i.test(argument) ? fileURLToPath(argument) : resolve(from, argument)

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

/**
 * The paths to open among command-line arguments. Includes models that do not exist, so that the page can report them.
 */
export const pathsIn = (args: readonly string[], from: string): readonly string[] =>
  args
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => pathOf(argument, from))
    .filter((path) => path !== app.getAppPath() && (isTakenIn(path) || isFolder(path)))

export interface PathOpener {
  open(paths: readonly string[]): void
}

/**
 * Passes files that the system opens with this program to the page as soon as it listens, and adds them to the recent
 * items.
 */
export function createPathOpener(recent: Pick<RecentPaths, 'add'>): PathOpener {
  const waiting: string[] = []
  let listening: WebContents | undefined
  const flush = (): void => {
    if (!listening || waiting.length === 0) return
    const paths = waiting.splice(0)
    paths.forEach(recent.add)
    say(listening, { kind: 'opened', paths })
  }
  ipcMain.on(wishChannels.paths, ({ sender, senderFrame }) => {
    if (!senderFrame || !isOwnPage(senderFrame.url)) return
    listening = sender
    flush()
  })
  app.on('web-contents-created', (_event, contents) => {
    const leave = (): void => {
      if (listening === contents) listening = undefined
    }
    contents.on('did-start-loading', leave)
    contents.on('render-process-gone', leave)
    contents.on('destroyed', leave)
  })
  const open = (paths: readonly string[]): void => {
    waiting.push(...paths)
    flush()
  }
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open([path])
  })
  return { open }
}
