import { join } from 'node:path'
import { app, ipcMain } from 'electron'
import type { BrowserWindow } from 'electron'
import { wishChannels } from '../shared/shell'
import { ask, choosePaths } from './dialogs'
import type { Engine } from './engine'
import { isOwnPage } from './guards'
import { readState, writeState } from './stateFile'
import { t } from './texts'
import type { WorkWatcher } from './work'

const stateFile = (): string => join(app.getPath('userData'), 'workspace.json')

/** The workspace folder that the person chose in this program; without one the engine takes its own default. */
export function chosenWorkspace(): string | undefined {
  const state = readState(stateFile())
  return typeof state === 'object' && state !== null && 'folder' in state && typeof state.folder === 'string'
    ? state.folder
    : undefined
}

export interface WorkspaceChoiceOptions {
  readonly engine: Engine
  readonly work: WorkWatcher
  readonly window: () => BrowserWindow | undefined
}

/** Lets the person choose another workspace folder, from the menu or from a page whose engine cannot start. Answers what the menu calls. */
export function offerWorkspaces({ engine, work, window }: WorkspaceChoiceOptions): () => void {
  const choose = async (): Promise<void> => {
    if (work.active + work.paused > 0) {
      const [message, detail] = [t('workspace.busy.message'), t('workspace.busy.detail')]
      await ask(window(), { type: 'info', buttons: [t('workspace.ok')], message, detail })
      return
    }
    const [folder] = await choosePaths(window(), { properties: ['openDirectory', 'createDirectory'] })
    if (folder === undefined) return
    writeState(stateFile(), { folder })
    await engine.openWorkspace(folder)
    // Nothing that the page shows is of the other workspace.
    window()?.webContents.reload()
  }
  ipcMain.on(wishChannels.workspace, ({ senderFrame }) => {
    if (senderFrame && isOwnPage(senderFrame.url)) void choose()
  })
  return () => void choose()
}
