import { greaterEqual } from '@tensorflow/tfjs-core'
import { defineComparison } from './comparison'

export const greaterOrEqualOperator = defineComparison('GreaterOrEqual', greaterEqual)
