export { isQuantized } from '../graph/conversions'
export { readOnnx } from './read'
export type { ReadOptions } from './read'
export { withOutputs, writeOnnx } from './write'
