import { z } from 'zod'
import { engines, modelForms } from './engine'
import { cpuFacts } from './measurement'
import { paddingCheck } from './padding'

/** A runtime configuration of a version, and its speed. */
export const tunedConfiguration = z
  .object({
    engine: z.enum(engines),
    form: z.enum(modelForms),
    /** Parallel sessions, each in its own thread, and the intra-op threads of each. */
    sessions: z.number().int().min(1),
    threads: z.number().int().min(1),
    batch: z.number().int().min(1),
    /** Images per second of all sessions together. */
    samplesPerSecond: z.number(),
    /** Median time of one batch in one session. */
    latencyMs: z.number(),
  })
  .readonly()
export type TunedConfiguration = z.infer<typeof tunedConfiguration>

/** The fastest configurations of a version on one machine. */
export const tuning = z
  .object({
    version: z.string(),
    createdAt: z.string(),
    /** Identifies the CPU and the libraries; any change requires tuning again. */
    fingerprint: z.string(),
    cpu: cpuFacts,
    libraries: z.array(z.string()).readonly(),
    throughput: tunedConfiguration,
    /** For a single image. */
    latency: tunedConfiguration,
    /** All configurations tried, fastest first. */
    measured: z.array(tunedConfiguration).readonly(),
    /** The padded file beside the original; null if there was nothing to pad, and for tunings of older programs, which did not look. */
    padding: paddingCheck.nullable().default(null),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly()
export type Tuning = z.infer<typeof tuning>
