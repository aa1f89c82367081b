import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../../core/data/random'
import { adviceOf } from '../../../core/layers/advice'
import { timesOfLayers, timesOfOperators } from '../../../core/layers/profile'
import type { KernelRun } from '../../../core/layers/profile'
import { NNOptError } from '../../../shared/errors'
import { createInferenceWorker } from '../../inference/inferenceWorker'
import { unfusedOperators } from '../../inference/unfusedOperators'
import { imageShape, preprocessingFor } from '../../jobs/work/images/ends'
import { resolveVersion } from '../../store/resolve'
import type { Inspection } from '../inspection'
import { openedGraph } from '../openedModel'
import { layersOf } from './layers'

/** The first runs plan memory and warm up caches. */
const warmups = 3

/**
 * Times every kernel of a default session. Profiling has overhead: use the sums for shares, and benchmarks for speed.
 */
export const profile: Inspection<'versions.profile'> = async (
  { store },
  { version: reference, batch, threads, runs },
) => {
  const version = await resolveVersion(store, reference)
  const graph = openedGraph(store, version)
  const folder = await mkdtemp(join(tmpdir(), 'nnopt-profile-'))
  try {
    const worker = await createInferenceWorker(store.paths.model(version.id), {
      threads,
      profilePrefix: join(folder, 'profile'),
    })
    const shape = [batch, ...imageShape(version, preprocessingFor(graph, version))]
    const random = createRandom(0)
    const images = Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, () =>
      random.normal(),
    )
    await worker.time({ images, shape }, warmups + runs).finally(() => worker.close())
    const outputs = new Map(graph.nodes.map((node) => [node.name, node.outputs]))
    const kernels = (await kernelRuns(folder)).slice(warmups)
    const isQuantized = version.precision === 'int8'
    const facts = {
      operators: timesOfOperators(kernels),
      unfused: isQuantized ? (await unfusedOperators(store.paths.model(version.id))).unfused : [],
      isQuantized,
    }
    const times = timesOfLayers(layersOf(graph), (node) => outputs.get(node) ?? [], kernels)
    return {
      ...times,
      operators: facts.operators,
      unfused: facts.unfused,
      nodes: graph.nodes.length,
      kernels: kernels[0]?.length ?? 0,
      advice: adviceOf(graph, facts),
      batch,
      threads,
      runs,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface TraceEvent {
  readonly cat: string
  readonly name: string
  readonly dur: number
  readonly args?: { readonly op_name?: string }
}

/** Kernels by run: onnxruntime writes an event for the whole run after its kernels. */
async function kernelRuns(folder: string): Promise<readonly (readonly KernelRun[])[]> {
  const [file] = await readdir(folder)
  if (!file) throw new NNOptError('internal', 'onnxruntime did not write a profile')
  const events = JSON.parse(await readFile(join(folder, file), 'utf8')) as readonly TraceEvent[]
  const runs: KernelRun[][] = [[]]
  for (const { cat, name, dur, args } of events) {
    if (cat === 'Session' && name === 'model_run') runs.push([])
    if (cat === 'Node' && name.endsWith('_kernel_time'))
      runs[runs.length - 1]!.push({ node: name, op: args?.op_name ?? '', ms: dur / 1000 })
  }
  return runs.filter((run) => run.length > 0)
}
