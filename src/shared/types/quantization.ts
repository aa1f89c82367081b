import { z } from 'zod'

const interval = z.tuple([z.number(), z.number()]).readonly()

/** A network compared with the one that it was made from, such as an int8 network with its fp32 network, on the same images. */
export const scoreComparison = z
  .object({
    samples: z.number(),
    accuracy: z.number(),
    accuracyInterval: interval,
    referenceAccuracy: z.number(),
    /** Accuracy minus that of the reference, with the 95% confidence interval of the paired difference. */
    difference: z.number(),
    differenceInterval: interval,
    agreement: z.number(),
    divergence: z.number(),
  })
  .readonly()

/** Another form of the network compared with the exported file in a default session on this CPU. */
const agreement = z.object({
  images: z.number(),
  /** Share of the images on which both name the same class. */
  top1Agreement: z.number(),
  largestLogitDifference: z.number(),
})
export type FormAgreement = z.infer<typeof agreement>

/** Facts about an int8 version beyond its accuracy; stored in its details.json. */
export const quantizationFacts = z
  .object({
    /** The simulation of the file's integers, with the saturation of this CPU: `saturatingPairs` weight pairs can exceed 16 bits on it. */
    simulatedAgreement: agreement
      .extend({ saturatingPairs: z.number().default(0) })
      .readonly()
      .nullable(),
    /** The simulation in QAT, which rounds real numbers and does not know about saturation; null if the version was not trained. */
    trainingAgreement: agreement.readonly().nullable().default(null),
    /**
     * The file padded with zero channels: `filled` groups of channels grew, and `effect` is its accuracy compared with that of the file. Null if there is
     * nothing to pad.
     */
    paddedAgreement: agreement
      .extend({ filled: z.number(), effect: scoreComparison.nullable().default(null) })
      .readonly()
      .nullable()
      .default(null),
    /** Nodes that onnxruntime runs in float although the file is quantized. */
    unfusedOperators: z.array(z.object({ name: z.string(), op: z.string() }).readonly()).readonly(),
    floatNodes: z.array(z.object({ node: z.string(), op: z.string(), reason: z.string() }).readonly()).readonly(),
    /** Weight pairs whose products could exceed 16 bits on a CPU without VNNI. */
    pairsAtRisk: z
      .object({
        pairs: z.number(),
        atRisk: z.number(),
        atRiskAtFullRange: z.number(),
        layers: z
          .array(
            z
              .object({ node: z.string(), pairs: z.number(), atRisk: z.number(), atRiskAtFullRange: z.number() })
              .readonly(),
          )
          .readonly(),
      })
      .readonly(),
    cpu: z
      .object({
        model: z.string(),
        /** Such as 'AVX2 without VNNI'; empty in versions that do not say it. */
        level: z.string().default(''),
        vnni: z.boolean().nullable(),
        saturates: z.boolean(),
        weightRange: z.string(),
      })
      .readonly(),
    calibration: z
      .object({
        images: z.number(),
        strategy: z.string(),
        seed: z.number(),
        split: z.string(),
        warnings: z.array(z.string()).readonly(),
      })
      .readonly(),
    /** Spread of the scales over calibration sets of three seeds, relative to their mean; null if not requested. */
    stability: z
      .object({ seeds: z.array(z.number()).readonly(), median: z.number(), largest: z.number(), value: z.string() })
      .readonly()
      .nullable(),
    rungs: z
      .array(z.object({ rung: z.string(), kept: z.boolean(), seconds: z.number(), effect: scoreComparison }).readonly())
      .readonly(),
    /** On validation images, in a default session. */
    validation: scoreComparison.nullable(),
  })
  .readonly()
export type QuantizationFacts = z.infer<typeof quantizationFacts>

/** One of the versions tried to reach a goal. */
export const quantizationTrial = z
  .object({
    id: z.string(),
    name: z.string(),
    rungs: z.array(z.string()).readonly(),
    keptInFloat: z.array(z.string()).readonly(),
    accuracy: z.number(),
    accuracyInterval: interval,
    difference: z.number(),
    differenceInterval: interval,
    sizeBytes: z.number(),
    speedup: z.number().nullable(),
    /** Empty if it meets the goal. */
    missed: z.array(z.string()).readonly(),
    /** Number of images after which the interval would lie on one side of the limit; null if it already does. */
    imagesToDecide: z.number().nullable(),
  })
  .readonly()
export type QuantizationTrial = z.infer<typeof quantizationTrial>

export const quantizationGoal = z
  .object({ met: z.boolean(), message: z.string(), trials: z.array(quantizationTrial).readonly() })
  .readonly()
export type QuantizationGoal = z.infer<typeof quantizationGoal>
