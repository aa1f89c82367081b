import { z } from 'zod'
import { scoreComparison } from './quantization'
import { cpuFacts } from './measurement'

/** The ways to run a network on a CPU that are weighed against each other. */
export const deploymentKinds = ['fp32', 'int8-exact', 'int8-saturating', 'int8-7bit'] as const
export type DeploymentKind = (typeof deploymentKinds)[number]

export const deployment = z
  .object({
    kind: z.enum(deploymentKinds),
    /** How it was run, in words. */
    how: z.string(),
    /** Beside the float network, on the same images. */
    accuracy: scoreComparison,
    /** Whether the accuracy is that of this CPU's own arithmetic, or of a graph that imitates another CPU's. */
    accuracyIs: z.enum(['measured', 'simulated']),
    /** Images a second with their 95 % interval; null where this CPU cannot run it so. */
    samplesPerSecond: z.object({ median: z.number(), low: z.number(), high: z.number() }).readonly().nullable(),
    sizeBytes: z.number(),
    /** Pairs of weights whose products can leave 16 bits. */
    pairsAtRisk: z.number(),
  })
  .readonly()
export type Deployment = z.infer<typeof deployment>

/** What to deploy, and why. */
export const recommendation = z
  .object({
    version: z.string(),
    cpu: cpuFacts,
    /** Whether products of 8-bit numbers saturate on this CPU with this runtime, found by a probe. */
    saturates: z.boolean(),
    runtime: z.string(),
    batch: z.number(),
    threads: z.number(),
    deployments: z.array(deployment).readonly(),
    here: z.object({ kind: z.enum(deploymentKinds), why: z.string() }).readonly(),
    /** On a CPU whose 8-bit products saturate. */
    withoutVnni: z.object({ kind: z.enum(deploymentKinds), why: z.string() }).readonly(),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly()
export type Recommendation = z.infer<typeof recommendation>
