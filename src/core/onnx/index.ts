export { isQuantized } from '../graph/isQuantized'
export { readOnnx } from './read'
export type { ReadOptions } from './read'
export { withOutputs, writeOnnx } from './write'
