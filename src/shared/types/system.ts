import { z } from 'zod'

const byteCount = z.number()

/** Current state of the machine and the workspace. */
export const systemInfo = z
  .object({
    program: z.object({ version: z.string(), node: z.string(), pid: z.number() }).readonly(),
    cpu: z.object({ model: z.string(), logicalCores: z.number(), usage: z.number() }).readonly(),
    memory: z.object({ totalBytes: byteCount, freeBytes: byteCount }).readonly(),
    workspace: z
      .object({
        path: z.string(),
        /** It can be read, but not written. */
        readOnly: z.boolean(),
        usedBytes: byteCount,
        versionsBytes: byteCount,
        datasetsBytes: byteCount,
        runsBytes: byteCount,
        trashBytes: byteCount,
        freeBytes: byteCount,
      })
      .readonly(),
  })
  .readonly()
export type SystemInfo = z.infer<typeof systemInfo>

/** How fast a backend trains a small network. */
export const backendScore = z
  .object({ imagesPerSecond: z.number(), protocol: z.string(), measuredAt: z.string() })
  .readonly()
export type BackendScore = z.infer<typeof backendScore>

export const backendInfo = z
  .object({
    id: z.string(),
    label: z.string(),
    available: z.boolean(),
    isDefault: z.boolean(),
    version: z.string().nullable(),
    device: z.string().nullable(),
    /** Memory of its device; null if the device does not report it. */
    memoryBytes: byteCount.nullable(),
    /** Why it is not available. */
    reason: z.string().nullable(),
    /** Null until measured. */
    score: backendScore.nullable(),
  })
  .readonly()
export type BackendInfo = z.infer<typeof backendInfo>

/** One finding of doctor. */
export const doctorFinding = z
  .object({
    check: z.string(),
    status: z.enum(['ok', 'warning', 'problem', 'repaired']),
    message: z.string(),
    repair: z.string().optional(),
  })
  .readonly()
export type DoctorFinding = z.infer<typeof doctorFinding>
