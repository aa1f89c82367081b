import { createRequire } from 'node:module'
import { z } from 'zod'
import type { RuntimePaths } from '../runtimePaths'
import { nodeBinary } from '../../../jobs/nodeBinary'
import { environment } from '../environment'
import { run } from './run'

/** One step of a linear model; its gradient must reduce the loss. */
const PROBE = `
const [core, loader] = process.argv.slice(1)
const tf = require(core)
require(loader)(tf)
tf.setBackend('tensorflow').then(() => {
  const x = tf.tensor2d([[1, 2], [3, 4]]), y = tf.tensor2d([[1], [2]]), w = tf.zeros([2, 1])
  const error = (weights) => tf.sub(tf.matMul(x, weights), y)
  const loss = (weights) => tf.sum(tf.square(error(weights))).dataSync()[0]
  const before = loss(w)
  const after = loss(tf.sub(w, tf.mul(tf.matMul(x, error(w), true), 0.01)))
  if (!(after < before)) throw new Error('a training step did not reduce the loss: ' + before + ' to ' + after)
  console.log(JSON.stringify({ version: tf.backend().binding.TF_Version, gpu: tf.backend().binding.isUsingGpuDevice() }))
})
`

const verdict = z.object({ version: z.string(), gpu: z.boolean() })

/** Runs a training step in a separate process; returns TensorFlow's version and whether it ran on a GPU. */
export async function verify(place: RuntimePaths, signal?: AbortSignal): Promise<z.infer<typeof verdict>> {
  const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core')
  const printed = await run(nodeBinary(), ['--input-type=commonjs', '-e', PROBE, core, place.loader], {
    environment,
    signal,
  })
  return verdict.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? ''))
}
