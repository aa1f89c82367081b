import { app, nativeImage } from 'electron'
import type { BrowserWindow } from 'electron'
import { ask } from './dialogs'
import { iconFile } from './icon'
import { t } from './texts'

/** Says which program this is and what it runs on. */
export async function showAbout(window: BrowserWindow | undefined): Promise<void> {
  const { electron, chrome, node } = process.versions
  const version = t('about.version', { version: app.getVersion() })
  await ask(window, {
    type: 'info',
    icon: nativeImage.createFromPath(iconFile),
    buttons: [t('workspace.ok')],
    title: t('menu.about', { name: t('app.name') }),
    message: t('app.name'),
    detail: [version, t('about.runtimes', { electron, chrome, node })].join('\n'),
  })
}
