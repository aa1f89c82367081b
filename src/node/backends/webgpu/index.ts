import { defineBackend } from '../backend'
import { available } from './available'

/** tfjs' WebGPU backend on Dawn, with our own training kernels. */
export const webgpuBackend = defineBackend({
  id: 'webgpu',
  label: 'WebGPU',
  help: 'Graphics devices of every vendor, through Dawn',
  priority: 20,
  available,
  create: async () => (await import('./create')).create(),
})
