import { z } from 'zod'
import { onlyWhen } from '../../shared/onlyWhen'
import { samplingStrategies } from '../data/sampling'
import { observers } from './observers/index'
import { extensionParams } from '../../shared/fields'
import type { FieldMeta } from '../../shared/fields'

const observerId = z.enum(observers.ids as [string, ...string[]]).meta({ registry: 'observers' } satisfies FieldMeta)

/** How a model is quantized after training; every field has a default and a help text, which forms and flags are made from. */
export const ptqConfig = z.object({
  activationObserver: observerId
    .default('mse')
    .describe('How activation ranges are chosen from the calibration images'),
  activationObserverParams: extensionParams('activationObserver').describe('Settings of the activation observer'),
  weightObserver: observerId.default('min-max').describe('How weight ranges are chosen'),
  weightObserverParams: extensionParams('weightObserver').describe('Settings of the weight observer'),
  weightGranularity: z
    .enum(['perChannel', 'perTensor'])
    .default('perChannel')
    .describe('One scale per output channel, or one for the whole weight'),
  activationScheme: z
    .enum(['affine', 'symmetric'])
    .default('affine')
    .describe('Affine suits ranges that are not centered on zero, such as those after a ReLU'),
  weightRange: z
    .enum(['full', 'pairAware', 'saturationFree'])
    .default('pairAware')
    .describe(
      'For CPUs whose 8-bit products saturate: pairAware coarsens channels in which the sum of two products could exceed 16 bits; saturationFree keeps every weight within ±64',
    ),
  ladder: z
    .boolean()
    .default(false)
    .describe('Try corrections (rungs) one by one on validation images and keep those that help'),
  foldBatchNorm: z.boolean().default(true).describe('Rung: fold batch normalization into the preceding layer'),
  equalization: z
    .boolean()
    .default(true)
    .describe(
      'Rung: cross-layer equalization; rescales channels to similar ranges without changing what the network computes',
    ),
  biasCorrection: z
    .boolean()
    .default(true)
    .describe('Rung: bias correction; restores the mean of each output channel to that of the fp32 network'),
  ...onlyWhen(
    { field: 'ladder', is: [true], or: { field: 'goal', is: [true] } },
    {
      normReestimation: z
        .boolean()
        .default(true)
        .describe(
          'Rung: fit the variance of each output channel to that of the fp32 network, as re-estimated batch statistics would',
        ),
      adaround: z
        .boolean()
        .default(false)
        .describe('Rung: AdaRound; learns whether to round each weight up or down (takes minutes)'),
    },
  ),
  calibrationStrategy: z
    .enum(samplingStrategies)
    .default('stratified')
    .describe('How calibration images are chosen: at random, in proportion to class size, or equally from each class'),
  calibrationSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(320)
    .meta({ unit: 'images' })
    .describe('Training images to collect ranges from'),
  correctionSamples: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .meta({ unit: 'images' })
    .describe('Calibration images to correct layers on, one layer at a time'),
  endLayers: z
    .enum(['int8', 'firstFloat', 'lastFloat', 'bothFloat'])
    .default('int8')
    .describe('Whether the first layer (image input) and the last layer (class scores) stay in fp32'),
  keepFp32: z.array(z.string()).default([]).describe('Names of layers to keep in fp32'),
})

export type PtqConfig = z.output<typeof ptqConfig>
