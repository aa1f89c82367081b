import { formatNumber } from '../../format'

/** The usual level of a 95 % statement. */
const level = 0.05

export const isChance = (pValue: number): boolean => pValue >= level

/** Smaller ones are not told apart. */
const smallest = 0.0001

export const formatPValue = (pValue: number): string => (pValue < smallest ? `< ${smallest}` : formatNumber(pValue))
export const pValueText = (pValue: number): string =>
  pValue < smallest ? formatPValue(pValue) : `= ${formatPValue(pValue)}`
