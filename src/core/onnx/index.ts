export { isQuantized } from '../graph/conversions'
export { readOnnx } from './read'
export { withOutputs, writeOnnx } from './write'
