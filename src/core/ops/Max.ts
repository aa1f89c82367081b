import { maximum } from '@tensorflow/tfjs-core'
import { defineExtremum } from './extremum'

export const maxOperator = defineExtremum('Max', maximum)
