import { t } from '../i18n'

export const numbersIn = (text: string): readonly number[] =>
  text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)

/** Why a text is not a list of whole numbers from 1 to `largest`; undefined if it is. */
export function listProblem(text: string, largest: number): string | undefined {
  const numbers = numbersIn(text)
  if (numbers.length === 0) return t('dialog.required')
  if (numbers.some((each) => !Number.isInteger(each))) return t('benchmark.wholeNumbers')
  if (numbers.some((each) => each < 1)) return t('dialog.tooSmall', { limit: 1 })
  return numbers.some((each) => each > largest) ? t('dialog.tooLarge', { limit: largest }) : undefined
}

/** The same for a single number of at least 2. */
export function roundsProblem(text: string): string | undefined {
  if (numbersIn(text).length > 1) return t('dialog.notWhole')
  return Number(text) < 2 ? t('dialog.tooSmall', { limit: 2 }) : listProblem(text, 1000)
}
