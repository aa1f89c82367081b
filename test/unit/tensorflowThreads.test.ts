import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { runtimeFolder } from '../../src/node/userFolders'
import { cpuLevel } from '../../src/node/backends/tensorflow/cpuLevel'
import { runtimePaths, readManifest } from '../../src/node/backends/tensorflow/runtimePaths'

const place = runtimePaths(runtimeFolder())
const installed = readManifest(runtimeFolder()) !== undefined

const program = `
const { workerData: [core, loader, operations], parentPort } = require('node:worker_threads')
const tf = require(core)
require(loader)(tf)
require(operations)
tf.setBackend('tensorflow').then(() => {
  const { binding } = tf.backend()
  const activation = { name: 'activation', type: binding.TF_ATTR_INT, value: 1 }
  const [y] = tf.backend().executeMultipleOutputs('NNOptActivation', [activation], [tf.tensor1d([-1, 2])], 1)
  parentPort.postMessage([...y.dataSync()])
})
`

function inThread(): Promise<unknown> {
  const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core')
  return new Promise((resolve, reject) => {
    let answer: unknown
    new Worker(program, { eval: true, workerData: [core, place.loader, place.operations(cpuLevel())] })
      .on('message', (message) => {
        answer = message
      })
      .on('error', reject)
      .on('exit', () => resolve(answer))
  })
}

it.skipIf(!installed)(
  'TensorFlow and the operations load in two threads at once and again after these have ended',
  async () => {
    expect(await Promise.all([inThread(), inThread()])).toEqual([
      [0, 2],
      [0, 2],
    ])
    expect(await inThread()).toEqual([0, 2])
  },
)
