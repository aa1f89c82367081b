import type { ChannelRule } from '../../ops/operator'
import { elementwise } from './elementwise'
import { concat, gather, pad, reduce, reshape, slice, softmax, split, transpose } from './moving'
import { normalization, perChannel } from './perChannel'
import type { Rule } from './rule'
import { mixed, same, windowed } from './same'
import { convolution, linear, transposedConvolution } from './weighted'

/** A rule for every way in which operators treat channels. */
export const rules: Readonly<Record<ChannelRule, Rule>> = {
  same,
  elementwise,
  convolution,
  transposedConvolution,
  linear,
  perChannel,
  normalization,
  window: windowed,
  pad,
  reduce,
  reshape,
  transpose,
  concat,
  split,
  slice,
  gather,
  softmax,
  mixed,
}
