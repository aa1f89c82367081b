import { formatNumber } from '../../format'

/** The usual significance level. */
const level = 0.05

export const isChance = (pValue: number): boolean => pValue >= level

/** Smaller p-values are not distinguished. */
const smallest = 0.0001

export const formatPValue = (pValue: number): string => (pValue < smallest ? `< ${smallest}` : formatNumber(pValue))
export const pValueText = (pValue: number): string =>
  pValue < smallest ? formatPValue(pValue) : `= ${formatPValue(pValue)}`
