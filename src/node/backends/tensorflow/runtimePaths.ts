import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { runtimeFiles } from '../../runtimeFiles'
import type { CpuLevel } from './cpuLevel'

export const TENSORFLOW_VERSION = '2.19.1'
export const TFJS_NODE_VERSION = '4.22.0'
/** Increment when the installer's output changes: older folders are then reinstalled. */
const MANIFEST_FORMAT = 2
/** Increment when the results of native/ change: folders with another version must be reinstalled. */
const OPERATIONS_VERSION = 7

const manifestSchema = z.object({
  layout: z.literal(MANIFEST_FORMAT),
  operations: z.literal(OPERATIONS_VERSION),
  tensorflow: z.string(),
  tfjsNode: z.string(),
  gpu: z.boolean(),
  platform: z.string(),
  arch: z.string(),
  files: runtimeFiles.optional(),
})

export type Manifest = z.infer<typeof manifestSchema>

/**
 * Paths in an installed runtime. `tensorflow/` and `nvidia/` keep the layout of the wheels, because the libraries find
 * each other by relative run paths.
 */
export function runtimePaths(folder: string) {
  const root = join(folder, 'tensorflow')
  return {
    root,
    manifest: join(root, 'manifest.json'),
    loader: join(root, 'load.cjs'),
    addon: join(root, 'tfjs_binding.node'),
    libraries: join(root, 'site', 'tensorflow'),
    operations: (level: CpuLevel) => join(root, `nnopt_operations_${OPERATIONS_VERSION}_${level}.node`),
    site: join(root, 'site'),
    tfjsNode: join(root, 'tfjs-node'),
    modules: join(root, 'node_modules'),
  } as const
}

export type RuntimePaths = ReturnType<typeof runtimePaths>

export const manifestOf = (gpu: boolean): Manifest => ({
  layout: MANIFEST_FORMAT,
  operations: OPERATIONS_VERSION,
  tensorflow: TENSORFLOW_VERSION,
  tfjsNode: TFJS_NODE_VERSION,
  gpu,
  platform: process.platform,
  arch: process.arch,
})

/** The manifest of an installed runtime; undefined if there is none that this program can use. */
export function readManifest(folder: string): Manifest | undefined {
  const file = runtimePaths(folder).manifest
  if (!existsSync(file)) return undefined
  const manifest = manifestSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return manifest.success && isForThisMachine(manifest.data) ? manifest.data : undefined
}

const isForThisMachine = ({ platform, arch }: Manifest): boolean =>
  platform === process.platform && arch === process.arch

/** Whether a compiled addon's manifest matches this machine and the libraries that this program installs. */
export function isUsable(text: string | undefined): boolean {
  const manifest = manifestSchema.safeParse(text === undefined ? undefined : JSON.parse(text))
  return (
    manifest.success &&
    isForThisMachine(manifest.data) &&
    manifest.data.tensorflow === TENSORFLOW_VERSION &&
    manifest.data.tfjsNode === TFJS_NODE_VERSION
  )
}
