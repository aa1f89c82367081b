import { z } from 'zod'
import { scoreComparison } from './quantization'

const bins = z.object({ low: z.number(), binWidth: z.number(), counts: z.array(z.number()).readonly() }).readonly()

/** Float against something rounded: signal to noise in dB (null where nothing differs) and the cosine between both. */
export const tensorError = z.object({ sqnrDb: z.number().nullable(), cosine: z.number() }).readonly()
export type TensorError = z.infer<typeof tensorError>

/** What quantization does to one layer. Errors are those of the layer's output behind its activation function. */
export const layerAnalysis = z
  .object({
    layer: z.string(),
    op: z.string(),
    output: z.string(),
    /** All of the network in int8. */
    error: tensorError,
    /** Only weights, or only activations, rounded in the whole network. */
    weightError: tensorError,
    activationError: tensorError,
    /** Divergence of the scores when nothing but this layer is rounded, and by how much less they diverge when only this layer is not. */
    oneOn: z.number(),
    oneOff: z.number(),
    observed: z.object({ min: z.number(), max: z.number() }).readonly().nullable(),
    covered: z.object({ min: z.number(), max: z.number() }).readonly().nullable(),
    /** Share of the calibration values that lie outside the covered range. */
    clippedShare: z.number().nullable(),
    activationScale: z.number().nullable(),
    weightScales: z.array(z.number()).readonly(),
    weightHistogram: bins,
    activationHistogram: bins.nullable(),
    hint: z.string(),
  })
  .readonly()
export type LayerAnalysis = z.infer<typeof layerAnalysis>

/** Every layer of a quantized network, the worst first. */
export const quantizationAnalysis = z
  .object({
    version: z.string(),
    images: z.number(),
    /** Mean divergence of the scores of the simulation from the float network, on the images of the analysis. */
    divergence: z.number(),
    layers: z.array(layerAnalysis).readonly(),
    /** With some layers kept in float: only that is measured. */
    kept: z
      .object({
        layers: z.array(z.string()).readonly(),
        before: scoreComparison,
        after: scoreComparison,
        seconds: z.number(),
      })
      .readonly()
      .nullable(),
  })
  .readonly()
export type QuantizationAnalysis = z.infer<typeof quantizationAnalysis>
