import { z } from 'zod'
import { newVersionName } from '../fields'
import { isPrintable } from '../printable'
import * as t from '../types'
import { nothing, reference, versionOnly } from './fields'
import { call } from './procedure'
import type { Procedures } from './procedure'

/** Versions: list, change, import, export, compare. */
export const versionProcedures = {
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
      name: newVersionName().optional(),
      tags: t.tags.refine((tags) => tags.every(isPrintable), 'expected tags without control characters').optional(),
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
      name: newVersionName(),
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
    result: z.object({ bytes: t.bytes, totalBytes: z.number(), fileName: z.string() }).readonly(),
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
} as const satisfies Procedures
