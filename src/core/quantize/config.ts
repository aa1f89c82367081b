import { z } from 'zod'
import { gridOf, int8SaturationFree, int8Symmetric, uint8Affine } from './math/grid'
import type { Grid } from './math/grid'
import { observers } from './observers/index'

const observerId = z.enum(observers.ids as [string, ...string[]])

/** How a model is quantized after training; every field has a default and a help text, which forms and flags are made from. */
export const ptqConfig = z.object({
  activationObserver: observerId.default('percentile').describe('How the range of an activation is chosen from the calibration images.'),
  activationObserverParams: z.record(z.string(), z.unknown()).default({}).describe('Settings of the activation observer.'),
  weightObserver: observerId.default('min-max').describe('How the range of a weight channel is chosen.'),
  weightObserverParams: z.record(z.string(), z.unknown()).default({}).describe('Settings of the weight observer.'),
  weightGranularity: z.enum(['perChannel', 'perTensor']).default('perChannel').describe('One scale for each output channel, or one for the whole weight.'),
  activationScheme: z.enum(['affine', 'symmetric']).default('affine').describe('Affine fits ranges that are not centred on zero, such as those after a ReLU.'),
  weightRange: z.enum(['full', 'pairAware', 'saturationFree']).default('pairAware').describe('For CPUs whose 8-bit products saturate: pairAware coarsens the channels in which two products could leave 16 bits, saturationFree keeps every weight in ±64.'),
  calibrationSamples: z.number().int().min(1).max(100_000).default(320).meta({ unit: 'images' }).describe('Images of the training split that ranges are collected from.'),
  keepFloat: z.array(z.string()).default([]).describe('Names of nodes that stay in float.'),
})

export type PtqConfig = z.output<typeof ptqConfig>

export const activationGrid = ({ activationScheme }: PtqConfig): Grid => (activationScheme === 'affine' ? uint8Affine : gridOf({ dtype: 'uint8', scheme: 'symmetric' }))

export const weightGrid = ({ weightRange }: PtqConfig): Grid => (weightRange === 'saturationFree' ? int8SaturationFree : int8Symmetric)
