import { z } from 'zod'
import { scoreComparison } from './quantization'
import { cpuFacts } from './measurement'

/** The variants of a network that are compared for deployment. */
export const deploymentKinds = ['fp32', 'int8-exact', 'int8-saturating', 'int8-7bit'] as const
export type DeploymentKind = (typeof deploymentKinds)[number]

export const deployment = z
  .object({
    kind: z.enum(deploymentKinds),
    /** How it was run, in words. */
    how: z.string(),
    /** Compared with the fp32 network, on the same images. */
    accuracy: scoreComparison,
    /**
     * Whether the accuracy was computed with this CPU's own arithmetic, or with a graph that simulates another CPU's.
     */
    accuracyIs: z.enum(['measured', 'simulated']),
    /** Images per second with their 95% confidence interval; null if this CPU cannot run the variant natively. */
    samplesPerSecond: z.object({ median: z.number(), low: z.number(), high: z.number() }).readonly().nullable(),
    sizeBytes: z.number(),
    /** Weight pairs whose products can exceed 16 bits. */
    pairsAtRisk: z.number(),
  })
  .readonly()
export type Deployment = z.infer<typeof deployment>

/** What to deploy, and why. */
export const recommendation = z
  .object({
    version: z.string(),
    cpu: cpuFacts,
    /** Whether 8-bit products saturate on this CPU with this runtime, found by a probe. */
    saturates: z.boolean(),
    runtime: z.string(),
    batch: z.number(),
    threads: z.number(),
    deployments: z.array(deployment).readonly(),
    here: z.object({ kind: z.enum(deploymentKinds), why: z.string() }).readonly(),
    /** On CPUs whose 8-bit products saturate. */
    withoutVnni: z.object({ kind: z.enum(deploymentKinds), why: z.string() }).readonly(),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly()
export type Recommendation = z.infer<typeof recommendation>
