import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cpuLevels, type CpuLevel } from '../cpuLevel'
import type { RuntimePaths } from '../runtimePaths'
import { run } from './run'

/** Names under which the linker and tfjs-node look for the wheel's libraries. */
const LINKS = [
  ['libtensorflow_cc.so.2', 'libtensorflow.so'],
  ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
] as const

const FLAGS = ['-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8']

/** The sources vectorize explicitly; these flags allow fused multiply-add and preserve NaN. */
const OPERATION_FLAGS = ['-O3', '-fno-math-errno', '-fno-trapping-math', '-Wno-psabi', '-Wno-attributes', '-pthread']

const LEVEL_FLAGS: Readonly<Record<CpuLevel, readonly string[]>> = {
  'x86-64-v4': ['-march=x86-64-v4', '-mprefer-vector-width=512'],
  'x86-64-v3': ['-march=x86-64-v3'],
  base: [],
}

const compiler = (): string => process.env['CXX'] ?? 'g++'

/** Links the wheel's libraries under the names that the addon expects. */
export async function linkLibraries(place: RuntimePaths): Promise<void> {
  for (const [target, name] of LINKS) await symlink(target, join(place.libraries, name))
}

/** Compiles tfjs-node's own addon against the wheel's libraries; requires g++. */
export async function compileAddon(place: RuntimePaths, nodeHeaders: string, signal?: AbortSignal): Promise<void> {
  const binding = join(place.tfjsNode, 'binding')
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(binding, file))
  const includes = [join(place.libraries, 'include'), place.tfjsNode, join(nodeHeaders, 'include')].map(
    (folder) => `-I${folder}`,
  )
  const link = [`-L${place.libraries}`, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/site/tensorflow']
  await run(compiler(), ['-O2', ...FLAGS, ...includes, ...sources, '-o', place.addon, ...link], { signal })
}

/** Sources of this program's operations in native/, as text so that they are part of the bundle. */
const sources: Readonly<Record<string, string>> = import.meta.glob('../native/*.{h,cc}', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Compiles this program's operations once for each instruction set level of this architecture. */
export async function compileOperations(
  place: RuntimePaths,
  nodeHeaders: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const files = Object.entries(sources).map(([path, text]) => ({ file: join(folder, basename(path)), text }))
  for (const { file, text } of files) await writeFile(file, text)
  const inputs = files.map(({ file }) => file).filter((file) => file.endsWith('.cc'))
  const includes = [join(place.libraries, 'include'), join(nodeHeaders, 'include')].map((path) => `-I${path}`)
  // nodelete: Node unloads an addon when a worker thread ends, but TensorFlow keeps pointers to the operations
  // registered from it.
  const link = [
    `-L${place.libraries}`,
    '-ltensorflow_framework',
    '-Wl,-rpath,$ORIGIN/site/tensorflow',
    '-Wl,-z,nodelete',
  ]
  const levels = process.arch === 'x64' ? cpuLevels : (['base'] as const)
  for (const level of levels) {
    await run(
      compiler(),
      [
        ...FLAGS,
        ...OPERATION_FLAGS,
        ...LEVEL_FLAGS[level],
        ...includes,
        ...inputs,
        '-o',
        place.operations(level),
        ...link,
      ],
      { signal },
    )
  }
}
