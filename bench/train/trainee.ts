import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createRandom } from '../../src/core/data/random'
import { architectures } from '../../src/core/architectures/index'
import { trainConfig } from '../../src/core/train/config'
import type { Precision } from '../../src/core/kernels/precision'
import { createTrainer } from '../../src/core/train/trainer'
import type { StepMetrics } from '../../src/core/train/trainer'
import { backends } from '../../src/node/backends/index'
import type { Ready, Round } from './messages'

/** This program's side: the trainer of a run on one backend. Losses are read at the end of a round, as fit() reads them late. */
export async function runTrainee(
  backend: string,
  resolution: number,
  batch: number,
  precision: Precision = 'fp32',
): Promise<void> {
  const running = await backends.get(backend).create()
  const random = createRandom(1)
  const images = Uint8Array.from({ length: batch * resolution * resolution * 3 }, () => random.integer(256))
  const labels = Int32Array.from({ length: batch }, () => random.integer(10))
  const graph = architectures.get('mobilenet-v2').build({ size: resolution }, 0)
  const trainer = createTrainer(
    graph,
    trainConfig.parse({ batchSize: batch, learningRate: 0.01, schedule: 'constant' }),
    100,
    { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    { precision, readsAtOnce: running.readsSynchronously },
  )
  answer<Ready>({ version: `${running.name} ${running.version}`, device: running.device })
  for await (const line of createInterface({ input: process.stdin })) {
    const startedAt = performance.now()
    const metrics = Array.from({ length: Number(line) }, () =>
      trainer.trainStep({ images, labels, height: resolution, width: resolution }),
    )
    const loss = metrics.map(readLoss).at(-1) ?? NaN
    answer<Round>({ seconds: (performance.now() - startedAt) / 1000, loss, peakMemoryBytes: peakMemoryBytes() })
  }
  trainer.dispose()
  running.dispose()
}

const answer = <T>(message: T): void => void process.stdout.write(`${JSON.stringify(message)}\n`)

function readLoss({ loss, correct, lossScale }: StepMetrics): number {
  const value = loss.dataSync()[0]!
  for (const scalar of [loss, correct, lossScale]) scalar?.dispose()
  return value
}

/** Largest resident set so far. */
function peakMemoryBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
}
