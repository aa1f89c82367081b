import type * as Onnxruntime from 'onnxruntime-node'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { atLeast } from '../../shared/atLeast'
import { NNOptError } from '../../shared/errors'
import { createChannelCollector } from '../../core/quantize/observers/channelStatistics'
import type { ChannelCollector } from '../../core/quantize/observers/channelStatistics'
import { createCollector } from '../../core/quantize/observers/collector'
import type { Collector } from '../../core/quantize/observers/collector'
import { cachedSession } from './cachedSession'
import type { ImageBatch, ModelSource, OutputTensor, SessionOptions, TensorInfo } from './messages'
import type { Session } from './session'

/**
 * Loads onnxruntime's native library on first use. Throws `badInput` with onnxruntime's message if it rejects the
 * model.
 */
export async function openOnnxruntimeSession(model: ModelSource, options: SessionOptions): Promise<Session> {
  const runtime = await import('onnxruntime-node')
  const session = await openedSession(runtime, model, options)
  const [inputName] = atLeast(1, session.inputNames)
  const collectors = new Map<string, Collector>()
  const channels = new Map<string, ChannelCollector>()

  const runOnce = async ({
    images,
    shape,
  }: ImageBatch): Promise<{ readonly outputs: InferenceSession.ReturnType; readonly runMs: number }> => {
    const feeds = { [inputName]: new runtime.Tensor('float32', images, [...shape]) }
    const start = performance.now()
    const outputs = await session.run(feeds)
    return { outputs, runMs: performance.now() - start }
  }

  return {
    info: { inputs: session.inputMetadata.map(tensorInfo), outputs: session.outputMetadata.map(tensorInfo) },
    async run(batch) {
      const { outputs, runMs } = await runOnce(batch)
      return {
        outputs: Object.fromEntries(
          Object.entries(outputs).map(([name, tensor]) => [name, outputTensor(name, tensor)]),
        ),
        runMs,
      }
    },
    async time(batch, runs) {
      const times = new Float64Array(runs)
      for (let run = 0; run < runs; run++) times[run] = (await runOnce(batch)).runMs
      return times
    },
    async observe(batch, index, wanted) {
      const { outputs, runMs } = await runOnce(batch)
      for (const options of wanted) {
        const collector = collectors.get(options.name) ?? createCollector(options)
        collectors.set(options.name, collector)
        // A graph input is not an output: its values are the images themselves.
        const values =
          options.name === inputName ? batch.images : outputTensor(options.name, outputs[options.name]).data
        observeImages(collector, values, batch.shape[0]!, index)
      }
      return runMs
    },
    statistics: () => [...collectors.values()].map((collector) => collector.statistics()),
    async observeChannels(batch, values) {
      const { outputs } = await runOnce(batch)
      for (const name of values) {
        const collector = channels.get(name) ?? createChannelCollector(name)
        channels.set(name, collector)
        const { data, shape } = outputTensor(name, outputs[name])
        collector.observe(data, shape)
      }
    },
    channelStatistics: () => [...channels.values()].map((collector) => collector.statistics()),
    release: () => {
      if (options.profilePrefix !== undefined) session.endProfiling()
      return session.release()
    },
  }
}

/** Each image counts as a batch of its own, so that no statistic depends on the number of images per run. */
function observeImages(collector: Collector, values: Float32Array, images: number, first: number): void {
  const length = values.length / images
  for (let image = 0; image < images; image++)
    collector.observe(values.subarray(image * length, (image + 1) * length), first + image)
}

type Runtime = Pick<typeof Onnxruntime, 'InferenceSession'>

/** Uses the cache of optimized graphs, unless the session exists to show or change onnxruntime's optimization. */
function openedSession(runtime: Runtime, model: ModelSource, options: SessionOptions): Promise<InferenceSession> {
  const isOrdinary =
    options.optimization === undefined &&
    options.optimizedModelPath === undefined &&
    options.profilePrefix === undefined
  const create = (source: ModelSource, changes: Partial<SessionOptions> = {}): Promise<InferenceSession> =>
    createSession(runtime, source, { ...options, ...changes })
  return typeof model === 'string' && isOrdinary ? cachedSession(model, options.entries, create) : create(model)
}

async function createSession(runtime: Runtime, model: ModelSource, options: SessionOptions): Promise<InferenceSession> {
  const native = nativeOptions(options)
  try {
    return await (typeof model === 'string'
      ? runtime.InferenceSession.create(model, native)
      : runtime.InferenceSession.create(model, native))
  } catch (error) {
    const name = typeof model === 'string' ? `'${model}'` : 'the model'
    throw new NNOptError(
      'badInput',
      `onnxruntime cannot load ${name}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** onnxruntime's log levels range from 0 (everything) to 4 (fatal errors only). */
const errorsOnly = 3

const nativeOptions = ({
  threads,
  spinning = true,
  optimization = 'all',
  optimizedModelPath,
  profilePrefix,
  entries = {},
}: SessionOptions): InferenceSession.SessionOptions => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: optimization,
  ...(profilePrefix && { enableProfiling: true, profileFilePrefix: profilePrefix }),
  // It warns that the file it writes is specific to this CPU.
  ...(optimizedModelPath && { optimizedModelFilePath: optimizedModelPath, logSeverityLevel: errorsOnly }),
  extra: nested({ 'session.intra_op.allow_spinning': spinning ? '1' : '0', ...entries }),
})

type Nested = { [key: string]: string | Nested }

/** 'session.intra_op.x' → { session: { intra_op: { x } } }: the form that onnxruntime-node flattens again. */
function nested(entries: Readonly<Record<string, string>>): Nested {
  const root: Nested = {}
  for (const [path, value] of Object.entries(entries)) {
    const keys = path.split('.')
    const parent = keys
      .slice(0, -1)
      .reduce<Nested>((level, key) => (level[key] = typeof level[key] === 'object' ? level[key] : {}), root)
    parent[keys[keys.length - 1]!] = value
  }
  return root
}

const tensorInfo = (value: InferenceSession.ValueMetadata): TensorInfo =>
  value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'not a tensor', shape: [] }

function outputTensor(name: string, value: Tensor | undefined): OutputTensor {
  if (value?.data instanceof Float32Array) return { data: value.data, shape: value.dims }
  throw new NNOptError(
    'unsupported',
    `model output '${name}': expected float32 numbers, got ${value?.type ?? 'nothing'}`,
    { output: name },
  )
}
