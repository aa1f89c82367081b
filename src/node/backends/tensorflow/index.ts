import { halfTypes } from '../../../core/kernels/precision'
import { defineBackend } from '../backend'
import { environment } from './environment'
import { available } from './available'

/** TensorFlow's C library through tfjs-node's addon. */
export const tensorflowBackend = defineBackend({
  id: 'tensorflow',
  label: 'TensorFlow',
  help: 'The fastest training on CPUs, and CUDA; installed by nnopt runtime tensorflow',
  priority: 30,
  halfTypes,
  environment,
  available,
  create: async () => (await import('./create')).create(),
})
