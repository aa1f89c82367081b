import { z } from 'zod'
import { ptqConfig } from '../../../../core/quantize/config'
import { datasetName, versionName } from '../../../../shared/fields'

const { activationObserver, weightObserver } = ptqConfig.shape

/** What a person may choose of an analysis. */
export const analyzeParams = z.object({
  version: versionName().describe('int8 version, or an fp32 version to analyze as if it were quantized'),
  dataset: datasetName().describe('Dataset to take images from'),
  keepFp32: z.array(z.string()).default([]).describe('Only re-evaluate an int8 version with these layers in fp32'),
  samples: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(32)
    .meta({ unit: 'images' })
    .describe('Validation images to compare layers on'),
  validationSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .meta({ unit: 'images' })
    .describe('Validation images to evaluate --keep-fp32 on'),
  activationObserver,
  weightObserver,
  seed: z.number().int().min(0).default(0).describe('Seed for the choice of images'),
})

export type AnalyzeParams = z.output<typeof analyzeParams>
