import { join } from 'node:path'
import { app, net, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import { ask } from '../dialogs'
import { readState } from '../stateFile'
import { t } from '../texts'
import type { ReleaseFile } from './release'
import { downloadFile, findUpdate } from './source'
import type { UpdateSource } from './source'

const isSource = (value: unknown): value is UpdateSource =>
  typeof value === 'object' &&
  value !== null &&
  'feed' in value &&
  'publicKey' in value &&
  typeof value.feed === 'string' &&
  typeof value.publicKey === 'string'

/** What this build was made with; a build of one's own has no source of updates. */
export function updateSource(): UpdateSource | undefined {
  const manifest = readState(join(app.getAppPath(), 'package.json'))
  const updates = typeof manifest === 'object' && manifest && 'updates' in manifest ? manifest.updates : undefined
  return isSource(updates) ? updates : undefined
}

/** An installer of the kind that this program came from. */
function isOwnKind({ name, platform, arch }: ReleaseFile): boolean {
  if (platform !== process.platform || arch !== process.arch) return false
  return platform !== 'linux' || name.endsWith('.AppImage') === (process.env.APPIMAGE !== undefined)
}

const fetch = (url: string): Promise<Response> => net.fetch(url)

async function checkAndOffer(source: UpdateSource, window: BrowserWindow | undefined): Promise<void> {
  const say = (message: string, detail = ''): Promise<number> =>
    ask(window, { type: 'info', buttons: [t('workspace.ok')], message, detail })
  const version = app.getVersion()
  const release = await findUpdate(source, version, fetch)
  const file = release?.files.find(isOwnKind)
  if (!release || !file) return void (await say(t('updates.none', { version })))
  const choice = await ask(window, {
    type: 'question',
    buttons: [t('updates.download'), t('dialog.cancel')],
    defaultId: 0,
    cancelId: 1,
    message: t('updates.found', { version: release.version }),
    detail: t('updates.foundDetail', { version }),
  })
  if (choice !== 0) return
  const path = await downloadFile(source, file, app.getPath('downloads'), fetch)
  await say(t('updates.downloaded', { version: release.version }), t('updates.downloadedDetail'))
  shell.showItemInFolder(path)
}

/** Looks for an update because the person asked; the program never looks by itself. */
export async function offerUpdate(source: UpdateSource, window: BrowserWindow | undefined): Promise<void> {
  try {
    await checkAndOffer(source, window)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    await ask(window, { type: 'error', buttons: [t('workspace.ok')], message: t('updates.failed'), detail })
  }
}
