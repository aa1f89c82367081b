import { z } from 'zod'
import * as t from '../types'
import { nothing } from './fields'
import { call } from './procedure'
import type { Procedures } from './procedure'

/** The engine and its machine: extensions, backends, runtime, access, health. */
export const systemProcedures = {
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
  /** Who the caller is, and which folders outside the workspace token holders may use. */
  'access.get': call({ params: nothing, result: t.access }),
  /** Opens folders to token holders, and closes all others. */
  'access.setFolders': call({
    params: z.object({ folders: z.array(z.string().min(1)).readonly() }),
    result: t.access,
  }),
  /** A heartbeat. */
  'system.ping': call({ params: nothing, result: nothing }),
  'system.info': call({ params: nothing, result: t.systemInfo }),
  /** The state of program, machine and workspace and the end of the logs, for whoever looks for a fault; without names of people, models or datasets. */
  'system.diagnostics': call({ params: nothing, result: z.object({ text: z.string() }).readonly() }),
  'doctor.check': call({
    params: z.object({ repair: z.boolean().default(false), deep: z.boolean().default(false) }),
    result: z.array(t.doctorFinding).readonly(),
  }),
} as const satisfies Procedures
