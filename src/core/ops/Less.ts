import { less } from '@tensorflow/tfjs-core'
import { defineComparison } from './comparison'

export const lessOperator = defineComparison('Less', less)
