import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as tfjs from '@tensorflow/tfjs-core'
import { NNOptError } from '../../../shared/errors'
import { assertRuntimeIntact } from '../../runtimeFiles'
import { runtimeFolder } from '../../userFolders'
import { cpuLevel } from './cpuLevel'
import { runtimePaths, readManifest, TFJS_NODE_VERSION } from './runtimePaths'

type Tfjs = typeof tfjs

const MISSING = "TensorFlow is not installed: run 'nnopt runtime tensorflow', or train on another backend"
const OUTDATED =
  "TensorFlow was installed by another version of this program: reinstall it with 'nnopt runtime tensorflow', or train on another backend"

/** Why a runtime folder has no usable TensorFlow. */
export const missingReason = (folder: string): string =>
  existsSync(runtimePaths(folder).manifest) ? OUTDATED : MISSING

/** A source of TensorFlow's addon for this thread. */
export interface Source {
  readonly description: string
  readonly version: string
  readonly gpu: boolean
  /** Registers the backend 'tensorflow' and its kernels with the given tfjs-core. */
  load(tf: Tfjs): void
  /** Registers this program's own CPU operations with TensorFlow; false if they were not compiled. */
  loadOperations(): boolean
}

const require = createRequire(import.meta.url)

/** The installed runtime, or else a tfjs-node package with a built addon; undefined if there is neither. */
export function findSource(folder: string = runtimeFolder()): Source | undefined {
  return (
    runtimeSource(folder) ??
    packageSource('@tensorflow/tfjs-node-gpu', true) ??
    packageSource('@tensorflow/tfjs-node', false)
  )
}

function runtimeSource(folder: string): Source | undefined {
  const manifest = readManifest(folder)
  if (!manifest) return undefined
  const { loader, root, operations } = runtimePaths(folder)
  return {
    description: root,
    version: manifest.tensorflow,
    gpu: manifest.gpu,
    load: (tf) => {
      if (manifest.files) assertRuntimeIntact(root, manifest.files, 'nnopt runtime tensorflow')
      loadWith(tf, require(loader))
    },
    loadOperations: () => loadAddon(operations(cpuLevel())),
  }
}

function loadWith(tf: Tfjs, loader: unknown): void {
  if (typeof loader !== 'function')
    throw new NNOptError(
      'unavailable',
      'the TensorFlow runtime is damaged: its loader does not export a function; reinstall it',
    )
  loader(tf)
}

function loadAddon(file: string): boolean {
  if (!existsSync(file)) return false
  require(file)
  return true
}

function packageSource(name: string, gpu: boolean): Source | undefined {
  const folder = packageFolder(name)
  if (folder === undefined || !hasAddon(folder)) return undefined
  return {
    description: name,
    version: `tfjs-node ${TFJS_NODE_VERSION}`,
    gpu,
    load: (tf) => loadPackage(tf, name),
    loadOperations: () => false,
  }
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

function hasAddon(folder: string): boolean {
  const lib = join(folder, 'lib')
  return existsSync(lib) && readdirSync(lib).some((version) => existsSync(join(lib, version, 'tfjs_binding.node')))
}

function loadPackage(tf: Tfjs, name: string): void {
  restoreUtilities()
  require(name)
  if (tf.findBackend('tensorflow') === null) {
    throw new NNOptError(
      'unavailable',
      `${name} registered with another copy of @tensorflow/tfjs-core: install the same version of both (${TFJS_NODE_VERSION}), or use the TensorFlow runtime of this program`,
    )
  }
}

/** Node 23 removed two functions that tfjs-node 4.22 calls. */
function restoreUtilities(): void {
  const util: Record<string, unknown> = require('node:util')
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  util['isArray'] ??= Array.isArray
}
