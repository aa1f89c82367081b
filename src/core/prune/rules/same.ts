import { varyingAxes } from '../labels'
import type { Rule } from './rule'

/** The output's channels are those of the first input. */
export const same: Rule = { follow: ({ labels }) => [labels(0)] }

/** Sliding windows and means over height and width: channels change along axis 1 only. */
export const windowed: Rule = {
  follow: ({ labels }) => (varyingAxes(labels(0)).every((axis) => axis === 1) ? [labels(0)] : undefined),
}

/** Nothing is known of what the operator does to channels. */
export const mixed: Rule = { follow: () => undefined }
