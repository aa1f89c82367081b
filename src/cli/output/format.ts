/** Formats numbers for people; the interface is in English. */
const locale = 'en-US'

const decimals = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })

const [whole, one, two] = [decimals(0), decimals(1), decimals(2)]

/** 0.8742 → '87.42%'. */
export const percent = (fraction: number): string => `${two.format(fraction * 100)}%`

export const integer = (value: number): string => whole.format(value)

const significant = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 })

/** Three significant digits, or all digits before the decimal point. */
export const figure = (value: number): string => (Math.abs(value) >= 100 ? whole : significant).format(value)

const megabyte = 1e6

export const bytes = (count: number): string =>
  count < megabyte / 10
    ? `${one.format(count / 1000)} kB`
    : count < 1000 * megabyte
      ? `${two.format(count / megabyte)} MB`
      : `${two.format(count / megabyte / 1000)} GB`

/** 3723 → '1:02:03'. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const pad = (value: number): string => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`
}

/** '2026-11-23 18:52', local time. */
export function dateTime(iso: string): string {
  const date = new Date(iso)
  const pad = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}`
}
