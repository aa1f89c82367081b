import type { Command } from 'commander'

/** A command of `nnopt`: its module is loaded only when it is called, so that short commands start fast. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Adds arguments, flags and the action. */
  load(): Promise<(command: Command) => Command>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'dataset',
    summary: 'add, download or remove a data set',
    load: async () => (await import('./dataset')).dataset,
  },
  { name: 'datasets', summary: 'list the data sets', load: async () => (await import('./datasets')).datasets },
  {
    name: 'import',
    summary: 'take an ONNX model into the workspace',
    load: async () => (await import('./import')).importModel,
  },
  { name: 'train', summary: 'train an architecture or a version', load: async () => (await import('./train')).train },
  { name: 'prune', summary: 'make a smaller version', load: async () => (await import('./prune')).prune },
  { name: 'quantize', summary: 'make an int8 version', load: async () => (await import('./quantize')).quantize },
  {
    name: 'analyze',
    summary: 'what quantization does to every layer',
    load: async () => (await import('./analyze')).analyze,
  },
  {
    name: 'evaluate',
    summary: 'measure the accuracy of a version',
    load: async () => (await import('./evaluate')).evaluate,
  },
  {
    name: 'predict',
    summary: 'ask a version what pictures show',
    load: async () => (await import('./predict')).predict,
  },
  {
    name: 'benchmark',
    summary: 'measure the speed of versions',
    load: async () => (await import('./benchmark')).benchmark,
  },
  {
    name: 'tune',
    summary: 'find the fastest way to run a version here',
    load: async () => (await import('./tune')).tune,
  },
  {
    name: 'recommend',
    summary: 'float, int8 or 7-bit: measured side by side, and which to deploy',
    load: async () => (await import('./recommend')).recommend,
  },
  {
    name: 'profile',
    summary: 'where the time of a training step or an inference goes',
    load: async () => (await import('./profile')).profile,
  },
  { name: 'export', summary: 'write a version to a file', load: async () => (await import('./export')).exportVersion },
  { name: 'versions', summary: 'list the versions', load: async () => (await import('./versions')).versions },
  { name: 'show', summary: 'everything about a version', load: async () => (await import('./show')).show },
  {
    name: 'rename',
    summary: 'change the name, tags or notes of a version',
    load: async () => (await import('./rename')).rename,
  },
  { name: 'rm', summary: 'move versions to the trash', load: async () => (await import('./trash')).remove },
  {
    name: 'restore',
    summary: 'bring versions back from the trash',
    load: async () => (await import('./trash')).restore,
  },
  { name: 'purge', summary: 'free the disk of deleted versions', load: async () => (await import('./trash')).purge },
  { name: 'run', summary: 'run a recipe', load: async () => (await import('./run')).run },
  { name: 'runs', summary: 'list the runs', load: async () => (await import('./runs')).runs },
  {
    name: 'resume',
    summary: 'go on with a run that was stopped or crashed',
    load: async () => (await import('./resume')).resume,
  },
  { name: 'report', summary: 'write a report as one HTML file', load: async () => (await import('./report')).report },
  { name: 'demo', summary: 'the whole way on the bundled sample', load: async () => (await import('./demo')).demo },
  { name: 'serve', summary: 'show the interface in a browser', load: async () => (await import('./serve')).serve },
  { name: 'backends', summary: 'what can train here', load: async () => (await import('./backends')).backends },
  {
    name: 'runtime',
    summary: 'install a native runtime for training',
    load: async () => (await import('./runtime')).runtime,
  },
  { name: 'doctor', summary: 'check the workspace and repair it', load: async () => (await import('./doctor')).doctor },
]
