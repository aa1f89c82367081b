import { equal } from '@tensorflow/tfjs-core'
import { defineComparison } from './comparison'

export const equalOperator = defineComparison('Equal', equal)
