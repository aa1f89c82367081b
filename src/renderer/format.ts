const percentWith = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat(undefined, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })
const percents = [1, 2, 3, 4].map(percentWith)
const percent = percents[0]!
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 })
const tiny = new Intl.NumberFormat(undefined, { notation: 'scientific', maximumSignificantDigits: 3 })
const signed = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
})
const parts = { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit', hour12: false } as const
const moment = new Intl.DateTimeFormat(undefined, parts)
const datedMoment = new Intl.DateTimeFormat(undefined, { ...parts, year: 'numeric' })

/** Smaller numbers would show as zeros. */
const smallestPlain = 1e-4

/** Placeholder for a number that was not measured. */
export const missing = '–'

const given = <T>(value: T | null | undefined, format: (value: T) => string): string =>
  value === null || value === undefined ? missing : format(value)

export const formatPercent = (share: number | undefined): string => given(share, (value) => percent.format(value))
/** Formats percentages this far apart, as on an axis, with enough digits to tell them apart. */
export const formatPercentIn =
  (step: number) =>
  (share: number): string =>
    (percents.find((_, index) => step * 100 >= 0.999 * 10 ** -(index + 1)) ?? percents[percents.length - 1]!).format(
      share,
    )
export const formatInterval = (interval: readonly [number, number] | undefined): string =>
  given(interval, ([low, high]) => `${percent.format(low)}–${percent.format(high)}`)
export const formatPoints = (difference: number | undefined): string =>
  given(difference, (value) => `${signed.format(value * 100)} pt`)
export const formatCount = (count: number | undefined): string => given(count, (value) => whole.format(value))
/** 2,236,682 as 2.24 M: SI prefixes are the same in every language. */
export const formatCompact = (count: number | null | undefined): string =>
  given(count, (value) => {
    const power = value < 10_000 ? 0 : Math.min(3, Math.floor(Math.log10(value) / 3))
    return power === 0 ? whole.format(value) : `${short.format(value / 1000 ** power)} ${['', 'k', 'M', 'G'][power]}`
  })
export const formatNumber = (value: number | undefined): string =>
  given(value, (number) => (number !== 0 && Math.abs(number) < smallestPlain ? tiny : short).format(number))
export const formatSpeed = (perSecond: number | undefined): string =>
  given(perSecond, (value) => `${whole.format(value)} img/s`)
export const formatMs = (ms: number | undefined): string => given(ms, (value) => `${short.format(value)} ms`)
/** Includes the year only if it is not the current one. */
export const formatTime = (iso: string | null | undefined): string =>
  given(iso, (value) => {
    const time = new Date(value)
    return (time.getFullYear() === new Date().getFullYear() ? moment : datedMoment).format(time)
  })

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
/** In local time. */
export const formatClock = (iso: string): string => clock.format(new Date(iso))

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined) return missing
  const power = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${short.format(bytes / 1000 ** power)} ${byteUnits[power]}`
}

export function formatDuration(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}
