const locale = 'en'

const percent = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
const oneDecimal = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const twoDecimals = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const points = new Intl.NumberFormat(locale, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
})
const megabyte = 1e6

export const formatPercent = (share: number): string => percent.format(share)
/** A difference of fractions, in percentage points. */
export const formatPoints = (difference: number): string => `${points.format(difference * 100)} points`
export const formatCount = (count: number): string => whole.format(count)
export const formatMegabytes = (bytes: number): string => `${twoDecimals.format(bytes / megabyte)} MB`
export const formatSpeed = (perSecond: number): string => `${whole.format(perSecond)} images/s`
export const formatMs = (ms: number): string => `${ms < 10 ? twoDecimals.format(ms) : oneDecimal.format(ms)} ms`
export const formatLoss = (loss: number): string => twoDecimals.format(loss)
export const formatInterval = ([low, high]: readonly [low: number, high: number]): string =>
  `${formatPercent(low)} to ${formatPercent(high)}`
export const formatTime = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
