import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { resolveDataset } from '../../store/resolve'
import { defineStep } from '../step'
import { datasetName, versionName } from '../../../shared/fields'

const params = z.object({
  version: versionName().describe('int8 version to compare with its fp32 version'),
  dataset: datasetName().describe('Dataset with the validation images to evaluate on'),
  samples: z.number().int().min(1).max(100_000).default(500).meta({ unit: 'images' }).describe('Validation images'),
  seed: z.number().int().min(0).default(0).describe('Seed of the random sample'),
  batch: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(32)
    .meta({ unit: 'images' })
    .describe('Images per batch when measuring throughput'),
  threads: z.number().int().min(1).max(256).optional().describe('onnxruntime threads (default: all cores)'),
  maxDrop: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('Maximum accuracy drop from the fp32 version, as a fraction'),
})

/** Measures float, exact int8, saturating int8 and 7-bit weights side by side, and says which to deploy here and on CPUs without VNNI. */
export const recommendStep = defineStep({
  id: 'recommend',
  label: 'Recommend',
  help: 'Compares fp32, int8 and 7-bit weights, and says which to deploy',
  params,
  exclusive: true,
  run: async (context, { version, dataset, threads = availableParallelism(), ...options }) => {
    const { recommendVersion } = await import('../work/measure/recommendVersion')
    const recommendation = await recommendVersion(
      {
        version: await context.version(version),
        dataset: await resolveDataset(context.store, dataset),
        threads,
        ...options,
      },
      context,
    )
    recommendation.warnings.forEach(context.warn)
    return { output: { recommendation } }
  },
})
