import { z } from 'zod'
import * as t from '../types'
import { versionOnly } from './fields'
import { call } from './procedure'
import type { Procedures } from './procedure'

/** One version, layer by layer. */
export const layerProcedures = {
  /** The network, layer by layer. */
  'versions.layers': call({ params: versionOnly, result: z.array(t.layer).readonly() }),
  'versions.weight': call({ params: versionOnly.extend({ layer: z.string() }), result: t.weightDetails }),
  /** The values themselves: float32, little-endian, row-major; an even sample for very large tensors. */
  'versions.weightValues': call({
    params: versionOnly.extend({ layer: z.string() }),
    result: z
      .object({
        shape: z.array(z.number()).readonly(),
        channelAxis: z.number(),
        values: t.bytes,
        isSample: z.boolean(),
      })
      .readonly(),
  }),
  /** Runs training images through the network and records one value. */
  'versions.activation': call({
    params: versionOnly.extend({
      value: z.string(),
      dataset: z.string(),
      images: z.number().int().min(1).max(256).default(32),
      seed: z.number().int().min(0).default(0),
    }),
    result: t.activationStatistics,
  }),
  /** onnxruntime's own profile, per layer. */
  'versions.profile': call({
    params: versionOnly.extend({
      batch: z.number().int().min(1).max(64).default(1),
      threads: z.number().int().min(1).max(64).default(1),
      runs: z.number().int().min(3).max(200).default(20),
    }),
    result: t.layerProfile,
  }),
} as const satisfies Procedures
