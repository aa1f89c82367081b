import { availableParallelism } from 'node:os'
import type { Graph } from '../../core/graph/graph'
import type { Preprocessing } from '../../core/data/preprocessing'
import type { Version } from '../../shared/types'
import { runtimeText } from '../inference/engineName'
import { ordinaryFile, tunedModel } from '../inference/tuned'
import { createInferencePool } from '../inference/pool/pool'
import type { PooledModel } from '../inference/pool/pool'
import { endsInSoftmax, imageShape, preprocessingFor } from '../jobs/work/images/ends'
import { readModelFile } from '../jobs/work/versions/readModelFile'
import type { Store } from '../store'

/** A version that is ready to run. */
export interface OpenedModel {
  readonly model: PooledModel
  readonly preprocessing: Preprocessing
  /** [3, height, width] */
  readonly imageShape: readonly number[]
  readonly endsInSoftmax: boolean
  readonly threads: number
  readonly runtime: string
}

/** Sessions use memory, so only the most recent ones are kept. */
const opened = new Map<string, Promise<OpenedModel>>()
const kept = 6

/** One process for the sessions of all versions; it starts with the first request. */
const pool = createInferencePool()

/** With `tuned`, in the configuration that was found fastest for one image. */
export async function openedModel(store: Store, version: Version, tuned = false): Promise<OpenedModel> {
  const key = tuned ? `${version.id} tuned` : version.id
  const known = opened.get(key) ?? open(store, version, tuned)
  opened.delete(key)
  opened.set(key, known)
  known.catch(() => opened.delete(key))
  for (const [id, old] of [...opened].slice(0, -kept)) {
    opened.delete(id)
    void old.then(({ model }) => model.close()).catch(() => undefined)
  }
  return known
}

async function open(store: Store, version: Version, tuned: boolean): Promise<OpenedModel> {
  const found = tuned
    ? tunedModel(store, version, 'latency')
    : {
        ...ordinaryFile(store, version.id, 'latency'),
        concurrency: { sessions: 1, threads: availableParallelism() },
        options: { engine: 'onnxruntime' as const },
      }
  const { graph } = readModelFile(store.paths.model(version.id))
  const preprocessing = preprocessingFor(graph, version)
  // Spinning idle threads would slow the other models down.
  const model = await pool.open(found.path, found.concurrency, { ...found.options, spinning: false })
  return {
    model,
    preprocessing,
    imageShape: imageShape(version, preprocessing),
    endsInSoftmax: endsInSoftmax(graph),
    threads: found.concurrency.threads,
    runtime: runtimeText(found.options.engine, found.form),
  }
}

const graphs = new Map<string, Graph>()
const keptGraphs = 4

/** The network of a version's file, read once. */
export function openedGraph(store: Store, { id }: Version): Graph {
  const known = graphs.get(id) ?? readModelFile(store.paths.model(id)).graph
  graphs.delete(id)
  graphs.set(id, known)
  for (const old of [...graphs.keys()].slice(0, -keptGraphs)) graphs.delete(old)
  return known
}
