import { lessEqual } from '@tensorflow/tfjs-core'
import { defineComparison } from './comparison'

export const lessOrEqualOperator = defineComparison('LessOrEqual', lessEqual)
