import { minimum } from '@tensorflow/tfjs-core'
import { defineExtremum } from './extremum'

export const minOperator = defineExtremum('Min', minimum)
