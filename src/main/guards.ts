import { app, session, shell } from 'electron'
import { origin } from './protocol'

/** Pages that links in the interface may open in the user's browser. */
const allowedLinks: readonly string[] = ['https://onnx.ai', 'https://onnxruntime.ai', 'https://github.com']

export const isOwnPage = (url: string): boolean => url === origin || url.startsWith(`${origin}/`)

const isAllowedLink = (url: string): boolean => allowedLinks.some((site) => url === site || url.startsWith(`${site}/`))

/** Blocks navigation, new windows, permission requests and web views. */
export function guardContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isOwnPage(url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      if (isAllowedLink(url)) void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}

/** Chromium downloads a dictionary for its spellchecker with the first session, whether or not a page uses it. */
export function denyDictionaries(): void {
  app.on('session-created', (created) => {
    // On macOS the system checks the spelling.
    if (process.platform !== 'darwin') created.setSpellCheckerDictionaryDownloadURL(`${origin}/`)
    created.setSpellCheckerEnabled(false)
  })
}

export function denyPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
}
