import { dialog } from 'electron'
import type { BrowserWindow, MessageBoxOptions, OpenDialogOptions } from 'electron'
import { t } from './texts'

/** Asks over a window, which waits for the answer: the index of a button. A hidden window cannot be asked over. */
export async function ask(window: BrowserWindow | undefined, options: MessageBoxOptions): Promise<number> {
  const titled = { title: t('app.name'), ...options }
  const { response } = await (window?.isVisible()
    ? dialog.showMessageBox(window, titled)
    : dialog.showMessageBox(titled))
  return response
}

let isChoosing = false

/** Lets the person choose paths; one such dialog is open at a time. */
export async function choosePaths(
  window: BrowserWindow | undefined,
  options: OpenDialogOptions,
): Promise<readonly string[]> {
  if (isChoosing) return []
  isChoosing = true
  try {
    const { filePaths } = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
    return filePaths
  } finally {
    isChoosing = false
  }
}
