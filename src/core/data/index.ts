export { augmentStep, bindAugmentation, defaultAugmentation, parseAugmentation } from './augment'
export type { Augmentation, AugmentKey, AugmentStep } from './augment'
export { planEpoch } from './batchPlan'
export type { BatchMode, BatchRequest, EpochPlan, EvalMode, TrainMode } from './batchPlan'
export type { RgbImage, Size } from './image'
export { classesKey, classesOf, preprocessingKey, preprocessingOf, withModelFacts } from './modelFacts'
export type { ModelFacts } from './modelFacts'
export { preprocess } from './preprocess'
export {
  assertFits,
  describePreprocessing,
  guessPreprocessing,
  preprocessedSize,
  preprocessingPresets,
  preprocessingSchema,
} from './preprocessing'
export type { GuessedPreprocessing, Preprocessing } from './preprocessing'
export { createRandom, shuffled } from './random'
export type { Random } from './random'
export { resizeBilinear } from './resize/index'
export { sampleIndices, samplingStrategies } from './sampling'
export type { SamplingOptions, SamplingStrategy } from './sampling'
export { holdOut } from './splits'
export { transforms } from './transforms/index'
export type { Transform } from './transforms/transform'
