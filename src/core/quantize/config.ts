import { z } from 'zod'
import { onlyWhen } from '../../shared/onlyWhen'
import { samplingStrategies } from '../data/sampling'
import { gridOf, int8SaturationFree, int8Symmetric, uint8Affine } from '../fakeQuant/grid'
import type { Grid } from '../fakeQuant/grid'
import { observers } from './observers/index'

const observerId = z.enum(observers.ids as [string, ...string[]])

/** How a model is quantized after training; every field has a default and a help text, which forms and flags are made from. */
export const ptqConfig = z.object({
  activationObserver: observerId
    .default('mse')
    .describe('How the range of an activation is chosen from the calibration images.'),
  activationObserverParams: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Settings of the activation observer.'),
  weightObserver: observerId.default('min-max').describe('How the range of a weight channel is chosen.'),
  weightObserverParams: z.record(z.string(), z.unknown()).default({}).describe('Settings of the weight observer.'),
  weightGranularity: z
    .enum(['perChannel', 'perTensor'])
    .default('perChannel')
    .describe('One scale for each output channel, or one for the whole weight.'),
  activationScheme: z
    .enum(['affine', 'symmetric'])
    .default('affine')
    .describe('Affine fits ranges that are not centred on zero, such as those after a ReLU.'),
  weightRange: z
    .enum(['full', 'pairAware', 'saturationFree'])
    .default('pairAware')
    .describe(
      'For CPUs whose 8-bit products saturate: pairAware coarsens the channels in which two products could leave 16 bits, saturationFree keeps every weight in ±64.',
    ),
  ladder: z
    .boolean()
    .default(false)
    .describe('Climbs rung by rung, measures each on validation images, and keeps those that help.'),
  foldBatchNorm: z.boolean().default(true).describe('Rung: batch normalization becomes part of the layer before it.'),
  equalization: z
    .boolean()
    .default(true)
    .describe(
      'Rung: factors on channels bring the ranges inside an activation together, without changing what the network computes.',
    ),
  biasCorrection: z
    .boolean()
    .default(true)
    .describe('Rung: moves the mean of every output channel back to that of the float network.'),
  ...onlyWhen(
    { field: 'ladder', is: [true], or: { field: 'goal', is: [true] } },
    {
      normReestimation: z
        .boolean()
        .default(true)
        .describe(
          'Rung of the ladder: fits the spread of every output channel to that of the float network, as re-estimated batch statistics would.',
        ),
      adaround: z
        .boolean()
        .default(false)
        .describe(
          'Rung of the ladder: learns for every weight whether to round it up or down (AdaRound); takes minutes.',
        ),
    },
  ),
  calibrationStrategy: z
    .enum(samplingStrategies)
    .default('stratified')
    .describe('How calibration images are chosen: at random, by class in its proportion, or as many of each class.'),
  calibrationSamples: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(320)
    .meta({ unit: 'images' })
    .describe('Images of the training split that ranges are collected from.'),
  correctionSamples: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .meta({ unit: 'images' })
    .describe('Calibration images that layers are corrected with, one layer after the other.'),
  endLayers: z
    .enum(['int8', 'firstFloat', 'lastFloat', 'bothFloat'])
    .default('int8')
    .describe('Whether the first layer, which reads the image, and the last, which writes the scores, stay in float.'),
  keepFp32: z.array(z.string()).default([]).describe('Names of layers that stay in float.'),
})

export type PtqConfig = z.output<typeof ptqConfig>

export const activationGrid = ({ activationScheme }: PtqConfig): Grid =>
  activationScheme === 'affine' ? uint8Affine : gridOf({ dtype: 'uint8', scheme: 'symmetric' })

export const weightGrid = ({ weightRange }: PtqConfig): Grid =>
  weightRange === 'saturationFree' ? int8SaturationFree : int8Symmetric
