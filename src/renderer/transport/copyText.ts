import { NNOptError } from '../../shared/errors'
import { t } from '../i18n'

/** Copies a text. Pages that came over plain HTTP from another machine have no clipboard, and the desktop program gives no permission to it: there a selection is copied. */
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
