import { expect } from '@playwright/test'
import type { TestInfo } from '@playwright/test'

/** Limits are kept where the machine does nothing else (NNOPT_STRICT=1); a busy one says nothing of the program, so there what was measured is only told. */
export const isStrict = Boolean(process.env.NNOPT_STRICT)

interface Limit {
  readonly below?: number
  readonly atLeast?: number
}

/** Tells a measured number in the test's annotations and on the terminal, and holds it to its limit on a quiet machine. */
export function measured(
  info: TestInfo,
  what: string,
  value: number,
  unit: string,
  { below, atLeast }: Limit = {},
): void {
  expect(Number.isFinite(value), `${what}: expected a number, got ${value}`).toBe(true)
  const wanted =
    below !== undefined
      ? ` (wanted: < ${below} ${unit})`
      : atLeast !== undefined
        ? ` (wanted: ≥ ${atLeast} ${unit})`
        : ''
  const text = `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`
  info.annotations.push({ type: what, description: text })
  process.stdout.write(`${what}: ${text}${wanted}\n`)
  if (!isStrict) return
  if (below !== undefined) expect(value, what).toBeLessThan(below)
  if (atLeast !== undefined) expect(value, what).toBeGreaterThanOrEqual(atLeast)
}
