import { greater } from '@tensorflow/tfjs-core'
import { defineComparison } from './comparison'

export const greaterOperator = defineComparison('Greater', greater)
