import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RuntimePaths } from '../runtimePaths'

/**
 * tfjs-node requires '@tensorflow/tfjs', which must use this program's tfjs-core: a stub provides it. The loader is a
 * file of the runtime so that the program (bundled or not) and the check after installation load TensorFlow the same
 * way.
 */
const STAND_IN = "module.exports = globalThis[Symbol.for('nnopt.tfjs-core')]\n"

const loaderText = (packageName: string): string => `'use strict'
const util = require('node:util')
util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray = Array.isArray

module.exports = function load(tf) {
  globalThis[Symbol.for('nnopt.tfjs-core')] = tf
  const binding = require('./tfjs_binding.node')
  const { NodeJSKernelBackend } = require('./tfjs-node/dist/nodejs_kernel_backend.js')
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '${packageName}'), 3)
  require('./tfjs-node/dist/register_all_kernels.js')
}
`

/** Writes the loader and the stubs; omits TensorBoard summaries and the protobuf package they need. */
export async function writeLoader(place: RuntimePaths, gpu: boolean): Promise<void> {
  for (const name of ['tfjs', 'tfjs-core']) await write(join(place.modules, '@tensorflow', name, 'index.js'), STAND_IN)
  await write(join(place.tfjsNode, 'dist', 'proto', 'api_pb.js'), 'module.exports = {}\n')
  await write(place.loader, loaderText(gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node'))
  for (const unused of ['src', 'scripts', 'proto', 'binding'])
    await rm(join(place.tfjsNode, unused), { recursive: true, force: true })
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
