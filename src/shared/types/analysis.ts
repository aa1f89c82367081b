import { z } from 'zod'
import { scoreComparison } from './quantization'

const bins = z.object({ low: z.number(), binWidth: z.number(), counts: z.array(z.number()).readonly() }).readonly()

/**
 * A float signal compared with its rounded version: signal-to-noise ratio in dB (null if they are equal) and cosine
 * similarity.
 */
const tensorError = z.object({ sqnrDb: z.number().nullable(), cosine: z.number() }).readonly()

/** What quantization does to one layer. Errors are those of the layer's output after its activation function. */
export const layerAnalysis = z
  .object({
    layer: z.string(),
    op: z.string(),
    output: z.string(),
    /** With the whole network in int8. */
    error: tensorError,
    /** With only the weights, or only the activations, of the whole network rounded. */
    weightError: tensorError,
    activationError: tensorError,
    /**
     * Divergence of the scores when only this layer is rounded, and the decrease in divergence when only this layer is
     * not.
     */
    oneOn: z.number(),
    oneOff: z.number(),
    observed: z.object({ min: z.number(), max: z.number() }).readonly().nullable(),
    covered: z.object({ min: z.number(), max: z.number() }).readonly().nullable(),
    /** Share of calibration values outside the covered range. */
    clippedShare: z.number().nullable(),
    activationScale: z.number().nullable(),
    weightScales: z.array(z.number()).readonly(),
    weightHistogram: bins,
    activationHistogram: bins.nullable(),
    hint: z.string(),
  })
  .readonly()
export type LayerAnalysis = z.infer<typeof layerAnalysis>

/** All layers of a quantized network, worst first. */
export const quantizationAnalysis = z
  .object({
    version: z.string(),
    images: z.number(),
    /** Mean divergence of the simulated scores from the fp32 network, on the images of the analysis. */
    divergence: z.number(),
    layers: z.array(layerAnalysis).readonly(),
    /** Result with some layers kept in fp32; then nothing else is measured. */
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
