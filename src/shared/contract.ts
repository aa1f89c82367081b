import { z } from 'zod'
import * as t from './types'

/** One remote procedure: its parameters, its result, and the events it sends while it runs. */
export interface Procedure<
  P extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  E extends z.ZodType = z.ZodType,
> {
  readonly params: P
  readonly result: R
  readonly events: E
}

function call<P extends z.ZodType, R extends z.ZodType>(definition: {
  params: P
  result: R
}): Procedure<P, R, z.ZodNever>
function call<P extends z.ZodType, R extends z.ZodType, E extends z.ZodType>(definition: {
  params: P
  result: R
  events: E
}): Procedure<P, R, E>
function call(definition: { params: z.ZodType; result: z.ZodType; events?: z.ZodType }): Procedure {
  return { events: z.never(), ...definition }
}

const nothing = z.object({})
/** An id, or a unique name. */
const reference = z.string().min(1)
const versionOnly = z.object({ version: reference })
const runOnly = z.object({ run: reference })
const { bytes } = t

const share = z.number().min(0).max(1)
/** How channels are chosen, as in the prune step. */
const choice = versionOnly.extend({
  importance: z.string().default('l1'),
  roundTo: z.number().int().min(1).max(64).default(8),
  minChannels: z.number().int().min(1).max(1024).default(8),
  seed: z.number().int().min(0).default(0),
})
const cutChoice = choice.extend({
  pruningRatio: z.record(z.string(), share).default({}),
  protect: z.array(z.string().min(1)).readonly().default([]),
})
const sample = z.number().int().min(1).max(4096).default(128)
/** Pixels. */
const side = z.number().int().min(1).max(1024)
const pictureSide = side.default(96).describe('Longest side of the images')
const augmentStep = z.object({ id: z.string(), params: z.record(z.string(), z.unknown()).default({}) }).readonly()

/** Every procedure, defined once. Handlers and clients derive their types from here. */
export const contract = {
  'versions.list': call({
    params: z.object({ deleted: z.boolean().default(false).describe('List the versions in the trash') }),
    result: z.array(t.version).readonly(),
  }),
  'versions.get': call({
    params: versionOnly,
    result: z
      .object({
        version: t.version,
        lineage: z.array(t.version).readonly(),
        evaluations: z.array(t.storedEvaluation).readonly(),
        benchmarks: z.array(t.storedBenchmark).readonly(),
        /** For int8 versions made by this program. */ quantization: t.quantizationFacts.nullable(),
        /** The fastest configurations that were found on this machine. */ tuning: t.tuning.nullable(),
      })
      .readonly(),
  }),
  /** Every version with its latest measurements, newest first: one call fills a table. */
  'versions.table': call({ params: nothing, result: z.array(t.versionSummary).readonly() }),
  /** Parameters, zeros and MACs per layer, counted in the file. */
  'versions.network': call({ params: versionOnly, result: t.networkFacts }),
  'versions.update': call({
    params: versionOnly.extend({
      name: z.string().min(1).max(200).optional(),
      tags: t.tags.optional(),
      notes: t.notes.optional(),
    }),
    result: t.version,
  }),
  /** Moves the version to the trash. */
  'versions.remove': call({ params: versionOnly, result: t.version }),
  'versions.restore': call({ params: versionOnly, result: t.version }),
  /** Permanently deletes one version in the trash, or all of them. */
  'versions.purge': call({
    params: z.object({ version: reference.optional() }),
    result: z.object({ removed: z.array(z.string()).readonly(), freedBytes: z.number() }).readonly(),
  }),
  /** Queues the import; `file` is a path on the engine's machine or an upload. */
  'versions.import': call({
    params: z.object({
      file: z.string(),
      name: z.string().min(1),
      preprocessing: z.string().optional().describe('Preset or JSON file'),
      classes: z.array(z.string()).readonly().optional(),
    }),
    result: t.run,
  }),
  /** Writes an artifact to a path on the engine's machine. */
  'versions.export': call({
    params: versionOnly.extend({
      format: z.string().default('onnx'),
      out: z.string(),
      overwrite: z.boolean().default(true),
      /** Add zero channels if odd counts slow the runtime down. */ padChannels: z.boolean().default(false),
    }),
    result: z
      .object({
        path: z.string(),
        sizeBytes: z.number(),
        padding: t.paddingCheck.nullable(),
        warnings: z.array(z.string()).readonly(),
      })
      .readonly(),
  }),
  /** Complete programs, by language, that classify an image with the version's file in onnxruntime. */
  'versions.code': call({
    params: versionOnly,
    result: z
      .array(
        z
          .object({ id: z.string(), label: z.string(), fileName: z.string(), usage: z.string(), text: z.string() })
          .readonly(),
      )
      .readonly(),
  }),
  /** A chunk of a version's model file, for downloads. */
  'versions.read': call({
    params: versionOnly.extend({
      offset: z.number().int().min(0),
      length: z
        .number()
        .int()
        .min(1)
        .max(2 ** 22),
    }),
    result: z.object({ bytes, totalBytes: z.number(), fileName: z.string() }).readonly(),
  }),

  /** The latest evaluations of both on the same images; null if there are none. */
  'versions.compare': call({
    params: z.object({ first: reference, second: reference, flips: z.number().int().min(0).max(5000).default(500) }),
    result: t.pairedComparison.nullable(),
  }),
  /** Each version's predictions for an image (JPEG, PNG or WebP), and its latency. */
  'versions.classify': call({
    params: z.object({
      versions: z.array(reference).min(1).max(12).readonly(),
      image: t.bytes,
      top: z.number().int().min(1).max(20).default(5),
      runs: z.number().int().min(1).max(100).default(10),
      /** In the configuration that tuning found fastest for one image. */ tuned: z.boolean().default(false),
    }),
    result: z.array(t.classification).readonly(),
  }),

  /** The network, layer by layer. */
  'versions.layers': call({ params: versionOnly, result: z.array(t.layer).readonly() }),
  'versions.weight': call({ params: versionOnly.extend({ layer: z.string() }), result: t.weightDetails }),
  /** The values themselves: float32, little-endian, row-major; an even sample for very large tensors. */
  'versions.weightValues': call({
    params: versionOnly.extend({ layer: z.string() }),
    result: z
      .object({
        shape: z.array(z.number()).readonly(),
        channelAxis: z.number(),
        values: t.bytes,
        isSample: z.boolean(),
      })
      .readonly(),
  }),
  /** Runs training images through the network and records one value. */
  'versions.activation': call({
    params: versionOnly.extend({
      value: z.string(),
      dataset: z.string(),
      images: z.number().int().min(1).max(256).default(32),
      seed: z.number().int().min(0).default(0),
    }),
    result: t.activationStatistics,
  }),
  /** onnxruntime's own profile, per layer. */
  'versions.profile': call({
    params: versionOnly.extend({
      batch: z.number().int().min(1).max(64).default(1),
      threads: z.number().int().min(1).max(64).default(1),
      runs: z.number().int().min(3).max(200).default(20),
    }),
    result: t.layerProfile,
  }),

  /** Coupled channel groups of an fp32 version, and the current costs of the network. */
  'versions.pruneGroups': call({
    params: versionOnly,
    result: z
      .object({
        groups: z.array(t.pruningGroup).readonly(),
        cost: t.plannedCost,
        importances: z.array(z.object({ id: z.string(), label: z.string() }).readonly()).readonly(),
      })
      .readonly(),
  }),
  /**
   * Costs of the network with these ratios; with a goal, the engine sets the ratios of all other groups. Nothing is
   * stored.
   */
  'versions.prunePlan': call({
    params: cutChoice.extend({
      goal: z
        .object({ target: z.enum(['params', 'macs', 'latency']), keep: share })
        .readonly()
        .optional(),
      scope: z.enum(['local', 'global']).default('local'),
      /** Also compute the gzip size, which takes longer. */
      gzip: z.boolean().default(false),
      sensitivity: t.sensitivity.optional(),
    }),
    result: t.channelPlan,
  }),
  /** Times the layers of the network; latencies of narrower layers are predicted from these times. */
  'versions.pruneTimes': call({
    params: versionOnly,
    result: z.object({ wholeMs: z.number(), threads: z.number(), warnings: z.array(z.string()).readonly() }).readonly(),
    events: t.counted,
  }),
  /**
   * Accuracy on validation images when each group alone loses increasing shares of its channels, without fine-tuning.
   */
  'versions.pruneSensitivity': call({
    params: choice.extend({
      ratios: z.array(share).min(1).max(16).readonly().default([0.25, 0.5, 0.75]),
      dataset: z.string(),
      samples: sample,
    }),
    result: t.sensitivity,
    events: t.counted
      .unwrap()
      .extend({
        accuracy: z.number(),
        samples: z.number(),
        split: z.string(),
        /** For the group tried last. */ curve: t.sensitivityCurve.nullable(),
      })
      .readonly(),
  }),
  /** Latency on this CPU before and after pruning and, with a dataset, both accuracies. */
  'versions.pruneMeasure': call({
    params: cutChoice.extend({ dataset: z.string().optional(), samples: sample }),
    result: t.plannedMeasurement,
    events: z.object({ label: z.string() }).readonly(),
  }),

  'datasets.list': call({ params: nothing, result: z.array(t.datasetDetails).readonly() }),
  'datasets.get': call({ params: z.object({ name: z.string() }), result: t.datasetDetails }),
  /** What a path on the engine's machine contains, before it is added. */
  'datasets.probe': call({
    params: z.object({ path: z.string().min(1) }),
    result: z
      .object({ format: z.string(), label: z.string(), kind: z.string(), names: z.array(z.string()).readonly() })
      .readonly(),
  }),
  /** A page of a split, or of one class in it, as thumbnails. */
  'datasets.browse': call({
    params: z.object({
      name: z.string(),
      split: t.split,
      className: z.string().optional(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(200),
      side: pictureSide,
    }),
    result: z.object({ total: z.number(), pictures: z.array(t.picture).readonly() }).readonly(),
  }),
  /** Named images of a split as thumbnails. */
  'datasets.pictures': call({
    params: z.object({
      name: z.string(),
      split: t.split,
      indices: z.array(z.number().int().min(0)).min(1).max(200).readonly(),
      side: pictureSide,
    }),
    result: z.array(t.picture).readonly(),
  }),
  /**
   * What training would see of an image in the given epochs, pixel for pixel. Without steps, uses the defaults for the
   * image size.
   */
  'datasets.augment': call({
    params: z.object({
      name: z.string(),
      split: t.split,
      index: z.number().int().min(0),
      steps: z.array(augmentStep).readonly().optional(),
      size: z.object({ width: side, height: side }).readonly(),
      seed: z.number().int().min(0).default(0),
      epochs: z.number().int().min(1).max(24).default(8),
    }),
    result: z.object({ steps: z.array(augmentStep).readonly(), pictures: z.array(bytes).readonly() }).readonly(),
  }),
  'datasets.add': call({
    params: z.object({
      name: z.string(),
      paths: z.array(z.string()).min(1).readonly(),
      format: z.string().default('auto'),
      formatParams: z.record(z.string(), z.unknown()).default({}),
      seed: z.number().int().min(0).default(0),
    }),
    result: t.run,
  }),
  /** Removes the copy in the workspace; the original files are not changed. */
  'datasets.remove': call({ params: z.object({ name: z.string() }), result: t.datasetRecord }),
  'datasets.download': call({ params: z.object({ name: z.literal('cifar10') }), result: t.run }),

  'runs.list': call({
    params: z.object({ status: z.array(t.runStatus).readonly().optional() }),
    result: z.array(t.run).readonly(),
  }),
  'runs.get': call({ params: runOnly, result: t.run }),
  /** Ascending; with `points`, each series is thinned to about that many. */
  'runs.metrics': call({
    params: runOnly.extend({
      since: z.number().int().min(0).default(0),
      kind: z.string().optional(),
      points: z.number().int().min(2).max(10_000).optional(),
    }),
    result: z.array(t.metric).readonly(),
  }),
  /**
   * Every kind of metric of every step, thinned to `columns` points per window without losing peaks. Without `from` and
   * `to`, the whole run.
   */
  'runs.series': call({
    params: runOnly.extend({
      axis: z.enum(['position', 'time']).default('position'),
      from: z.number().optional(),
      to: z.number().optional(),
      columns: z.number().int().min(2).max(4096).default(1000),
      kind: z.string().optional(),
      stepIndex: z.number().int().min(0).optional(),
    }),
    result: z.array(t.metricSeries).readonly(),
  }),
  /** The last `tailBytes`, or the whole log. */
  'runs.log': call({
    params: runOnly.extend({ tailBytes: z.number().int().min(1).optional() }),
    result: z.object({ text: z.string() }).readonly(),
  }),
  /** Queues a recipe. */
  'runs.start': call({ params: z.object({ recipe: t.recipe }), result: t.run }),
  'runs.pause': call({ params: runOnly, result: t.run }),
  /** Resumes a paused, stopped, failed or crashed run. */
  'runs.resume': call({ params: runOnly, result: t.run }),
  /** Immediately, or at the end of the current epoch (or, in steps without epochs, of the step). */
  'runs.stop': call({ params: runOnly.extend({ when: z.enum(['now', 'epochEnd']).default('now') }), result: t.run }),
  /** Queued runs, next first. */
  'runs.queue': call({ params: nothing, result: z.object({ order: z.array(z.string()).readonly() }).readonly() }),
  /** Moves a queued run before another one, or to the end. */
  'runs.move': call({
    params: runOnly.extend({ before: reference.nullable() }),
    result: z.object({ order: z.array(z.string()).readonly() }).readonly(),
  }),
  /** Returns when the run is no longer queued, running or paused; sends the events of this run. */
  'runs.wait': call({ params: runOnly, result: t.run, events: t.hostEvent }),

  /** Sends events until the call is cancelled; never returns by itself. */
  'events.subscribe': call({
    params: z.object({ since: t.eventPosition.optional() }),
    result: nothing,
    events: t.sequencedEvent,
  }),

  /** A self-contained HTML page; without `out`, returns its text only. */
  'report.create': call({
    params: z.object({
      versions: z.array(reference).readonly().default([]),
      title: z.string().optional(),
      out: z.string().optional(),
      overwrite: z.boolean().default(true),
    }),
    result: z.object({ html: z.string(), path: z.string().nullable() }).readonly(),
  }),

  'uploads.begin': call({
    params: z.object({ fileName: z.string(), sizeBytes: z.number().int().min(1) }),
    result: z.object({ path: z.string() }).readonly(),
  }),
  'uploads.append': call({
    params: z.object({ path: z.string(), offset: z.number().int().min(0), bytes }),
    result: z.object({ receivedBytes: z.number() }).readonly(),
  }),

  /** What is wrong with a recipe, and what it would cost. Queues nothing. */
  'recipes.check': call({ params: z.object({ recipe: t.recipe }), result: t.recipeCheck }),
  /**
   * Imports the bundled sample dataset and baseline into the workspace and evaluates the baseline; skips what already
   * exists.
   */
  'sample.start': call({
    params: nothing,
    result: z.object({ dataset: z.string(), version: z.string().nullable(), run: t.run.nullable() }).readonly(),
  }),

  /** Every extension of every registry with the JSON Schema of its parameters. */
  'catalog.get': call({ params: nothing, result: t.catalog }),
  'backends.list': call({ params: nothing, result: z.array(t.backendInfo).readonly() }),
  /** Measures unknown scores, or all of them again. */
  'backends.measure': call({
    params: z.object({ again: z.boolean().default(false) }),
    result: z.array(t.backendInfo).readonly(),
  }),
  'runtime.status': call({ params: nothing, result: t.runtimeStatus }),
  /**
   * Installs TensorFlow's library into the user's runtime folder, unless an installation is already in progress.
   * `runtime.status` reports the progress.
   */
  'runtime.install': call({
    params: z.object({
      gpu: z.boolean().default(false),
      packageIndex: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('Python package index URL'),
    }),
    result: t.runtimeStatus,
  }),
  'runtime.cancel': call({ params: nothing, result: t.runtimeStatus }),
  /** A heartbeat. */
  /** Who the caller is, and which folders outside the workspace token holders may use. */
  'access.get': call({ params: nothing, result: t.access }),
  /** Opens folders to token holders, and closes all others. */
  'access.setFolders': call({
    params: z.object({ folders: z.array(z.string().min(1)).readonly() }),
    result: t.access,
  }),
  'system.ping': call({ params: nothing, result: nothing }),
  'system.info': call({ params: nothing, result: t.systemInfo }),
  'doctor.check': call({
    params: z.object({ repair: z.boolean().default(false) }),
    result: z.array(t.doctorFinding).readonly(),
  }),
} as const satisfies Readonly<Record<string, Procedure>>

export type Contract = typeof contract
export type ProcedureName = keyof Contract
/** What a caller passes: fields with defaults are optional. */
export type ParamsOf<N extends ProcedureName> = z.input<Contract[N]['params']>
/** What a handler receives. */
export type ParsedParamsOf<N extends ProcedureName> = z.output<Contract[N]['params']>
export type ResultOf<N extends ProcedureName> = z.output<Contract[N]['result']>
export type EventOf<N extends ProcedureName> = z.output<Contract[N]['events']>

export interface CallContext<N extends ProcedureName> {
  /** Aborts when the caller cancels or disconnects. */
  readonly signal: AbortSignal
  emit(event: EventOf<N>): void
}

/** One function per procedure; a missing or mistyped one does not compile. */
export type Handlers = {
  readonly [N in ProcedureName]: (
    params: ParsedParamsOf<N>,
    context: CallContext<N>,
  ) => Promise<ResultOf<N>> | ResultOf<N>
}

export interface CallOptions<N extends ProcedureName> {
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: (event: EventOf<N>) => void
}

/** The caller's side of the contract; errors are NNOptErrors. */
export interface Client {
  call<N extends ProcedureName>(name: N, params: ParamsOf<N>, options?: CallOptions<N>): Promise<ResultOf<N>>
  close(): void
}
