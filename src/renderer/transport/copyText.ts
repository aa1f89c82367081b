import { NNOptError } from '../../shared/errors'
import { t } from '../i18n'

/**
 * Copies text. Falls back to copying a selection where the clipboard API is unavailable: on pages served over plain
 * HTTP from another machine, and in the desktop app, which denies the permission.
 */
export async function copyText(text: string): Promise<void> {
  const isDone = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  if (!isDone && !copySelection(text)) throw new NNOptError('unavailable', t('app.notCopied'))
}

function copySelection(text: string): boolean {
  const focused = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return isDone
}
