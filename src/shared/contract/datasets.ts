import { z } from 'zod'
import * as t from '../types'
import { nothing } from './fields'
import { call } from './procedure'
import type { Procedures } from './procedure'

/** Pixels. */
const side = z.number().int().min(1).max(1024)
const pictureSide = side.default(96).describe('Longest side of the images')
const augmentStep = z.object({ id: z.string(), params: z.record(z.string(), z.unknown()).default({}) }).readonly()

/** Datasets: list, look into, add, remove. */
export const datasetProcedures = {
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
    result: z.object({ steps: z.array(augmentStep).readonly(), pictures: z.array(t.bytes).readonly() }).readonly(),
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
} as const satisfies Procedures
