import { z } from 'zod'
import { ptqConfig } from '../../../../core/quantize/config'

const { activationObserver, weightObserver } = ptqConfig.shape

/** What a person may choose of an analysis. */
export const analyzeParams = z.object({
  version: z.string().min(1).describe('int8 version, or an fp32 version as it would be quantized'),
  dataset: z.string().min(1).describe('Data set of the images'),
  keepFp32: z
    .array(z.string())
    .default([])
    .describe('Measure an int8 version again with these layers in float, and nothing else.'),
  samples: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(32)
    .meta({ unit: 'images' })
    .describe('Validation images that layers are compared on'),
  validationSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .meta({ unit: 'images' })
    .describe('Validation images that --keep-fp32 is measured on'),
  activationObserver,
  weightObserver,
  seed: z.number().int().min(0).default(0).describe('Start of the random choice of images'),
})

export type AnalyzeParams = z.output<typeof analyzeParams>
