import { appendFileSync, copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planEpoch } from '../../src/core/data/batchPlan'
import { sampleIndices } from '../../src/core/data/sampling'
import { createDataPool, openDataset } from '../../src/node/datasets'
import { imageShape, preprocessingFor } from '../../src/node/jobs/work/images/ends'
import { readModelFile } from '../../src/node/jobs/work/versions/readModelFile'
import { ordinaryFile, tunedModel } from '../../src/node/inference/tuned'
import type { TunedModel, TuningGoal } from '../../src/node/inference/tuned'
import { openStoreToRead } from '../../src/node/store'
import type { Store } from '../../src/node/store'
import { resolveDataset, resolveVersion } from '../../src/node/store/resolve'
import type { Split, Version } from '../../src/shared/types'

/** How this program runs a version on this machine. */
export interface OwnWays {
  readonly throughput: TunedModel
  readonly latency: TunedModel
  /** What a default session of onnxruntime runs, for batches and for one image. */
  readonly ordinary: { readonly throughput: string; readonly latency: string }
}

export interface Prepared {
  readonly folder: string
  readonly fp32: OwnWays
  readonly int8: OwnWays
  readonly imageShape: readonly number[]
  readonly labels: readonly number[]
}

export interface Wanted {
  readonly workspace: string
  readonly dataset: string
  readonly fp32: string
  readonly int8: string
  readonly images: number
  readonly calibration: number
}

/** Throws `notFound` where a version was not tuned on this machine. */
function waysOf(store: Store, version: Version): OwnWays {
  const ordinary = (goal: TuningGoal): string => ordinaryFile(store, version.id, goal).path
  return {
    throughput: tunedModel(store, version, 'throughput'),
    latency: tunedModel(store, version, 'latency'),
    ordinary: { throughput: ordinary('throughput'), latency: ordinary('latency') },
  }
}

/** Writes both files and the images, decoded and normalised once for all, so that every contestant sees the same numbers. */
export async function prepare({ workspace, dataset, fp32, int8, images, calibration }: Wanted): Promise<Prepared> {
  const store = await openStoreToRead(workspace)
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-bench-'))
  try {
    const [float, ours] = [await resolveVersion(store, fp32), await resolveVersion(store, int8)]
    copyFileSync(store.paths.model(float.id), join(folder, 'fp32.onnx'))
    copyFileSync(store.paths.model(ours.id), join(folder, 'ours.onnx'))
    const preprocessing = preprocessingFor(readModelFile(store.paths.model(float.id)).graph, float)
    const record = await resolveDataset(store, dataset)
    const opened = await openDataset(record)
    const write = async (split: Split, count: number, file: string): Promise<number[]> => {
      const pool = createDataPool(record)
      const labels: number[] = []
      const samples = sampleIndices(opened.labels(split), count, { strategy: 'stratified', seed: 0 })
      for await (const batch of pool.batches(
        planEpoch({ split, samples, batchSize: 50, mode: { kind: 'eval', preprocessing } }),
      )) {
        appendFileSync(join(folder, file), new Uint8Array(batch.images.buffer))
        labels.push(...batch.labels)
      }
      await pool.close()
      return labels
    }
    await write('train', calibration, 'calibration.f32')
    const labels = await write('test', images, 'test.f32')
    const shape = imageShape(float, preprocessing)
    writeFileSync(join(folder, 'facts.json'), JSON.stringify({ imageShape: shape, labels }))
    return { folder, fp32: waysOf(store, float), int8: waysOf(store, ours), imageShape: shape, labels }
  } finally {
    await store.close()
  }
}
