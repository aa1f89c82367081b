import type { Command } from 'commander'

/** A command of `nnopt`. Its module is loaded on demand so that short commands start fast. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Adds arguments, flags and the action. */
  load(): Promise<(command: Command) => Command>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'dataset',
    summary: 'add, download or remove a dataset',
    load: async () => (await import('./dataset')).dataset,
  },
  { name: 'datasets', summary: 'list datasets', load: async () => (await import('./datasets')).datasets },
  {
    name: 'import',
    summary: 'import an ONNX model into the workspace',
    load: async () => (await import('./import')).importModel,
  },
  {
    name: 'train',
    summary: 'train an architecture from scratch, or fine-tune a version',
    load: async () => (await import('./train')).train,
  },
  {
    name: 'prune',
    summary: 'remove weights or channels from a version',
    load: async () => (await import('./prune')).prune,
  },
  { name: 'quantize', summary: 'quantize a version to int8', load: async () => (await import('./quantize')).quantize },
  {
    name: 'analyze',
    summary: 'show how quantization affects each layer',
    load: async () => (await import('./analyze')).analyze,
  },
  {
    name: 'evaluate',
    summary: 'measure the accuracy of a version',
    load: async () => (await import('./evaluate')).evaluate,
  },
  {
    name: 'predict',
    summary: 'classify images',
    load: async () => (await import('./predict')).predict,
  },
  {
    name: 'benchmark',
    summary: 'measure the latency and throughput of versions',
    load: async () => (await import('./benchmark')).benchmark,
  },
  {
    name: 'tune',
    summary: 'find the fastest runtime configuration for a version on this machine',
    load: async () => (await import('./tune')).tune,
  },
  {
    name: 'recommend',
    summary: 'measure fp32, int8 and 7-bit variants side by side and recommend one to deploy',
    load: async () => (await import('./recommend')).recommend,
  },
  {
    name: 'profile',
    summary: 'show where a training step or an inference spends its time',
    load: async () => (await import('./profile')).profile,
  },
  { name: 'export', summary: 'export a version to a file', load: async () => (await import('./export')).exportVersion },
  { name: 'versions', summary: 'list versions', load: async () => (await import('./versions')).versions },
  { name: 'show', summary: 'show everything about a version', load: async () => (await import('./show')).show },
  {
    name: 'rename',
    summary: 'change the name, tags or notes of a version',
    load: async () => (await import('./rename')).rename,
  },
  { name: 'rm', summary: 'move versions to the trash', load: async () => (await import('./trash')).remove },
  {
    name: 'restore',
    summary: 'restore versions from the trash',
    load: async () => (await import('./trash')).restore,
  },
  {
    name: 'purge',
    summary: 'permanently delete versions in the trash',
    load: async () => (await import('./trash')).purge,
  },
  { name: 'run', summary: 'run a recipe', load: async () => (await import('./run')).run },
  { name: 'runs', summary: 'list or delete runs', load: async () => (await import('./runs')).runs },
  {
    name: 'resume',
    summary: 'resume a run that was stopped or crashed',
    load: async () => (await import('./resume')).resume,
  },
  { name: 'report', summary: 'write an HTML report', load: async () => (await import('./report')).report },
  {
    name: 'demo',
    summary: 'run the whole workflow on the bundled sample',
    load: async () => (await import('./demo')).demo,
  },
  { name: 'serve', summary: 'open the interface in a browser', load: async () => (await import('./serve')).serve },
  {
    name: 'token',
    summary: 'manage who may use the workspace when it is served',
    load: async () => (await import('./token')).token,
  },
  {
    name: 'extensions',
    summary: 'list everything that can be extended, with its parameters',
    load: async () => (await import('./extensions')).extensions,
  },
  {
    name: 'backends',
    summary: 'list the training backends and how fast they are',
    load: async () => (await import('./backends')).backends,
  },
  {
    name: 'runtime',
    summary: 'install a native runtime for training or inference',
    load: async () => (await import('./runtime')).runtime,
  },
  {
    name: 'diagnostics',
    summary: 'print the state of program, machine and logs for a report of a fault',
    load: async () => (await import('./diagnostics')).diagnostics,
  },
  { name: 'doctor', summary: 'check the workspace and repair it', load: async () => (await import('./doctor')).doctor },
]
