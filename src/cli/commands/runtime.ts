import type { Command } from 'commander'
import { runtimeFolder } from '../../node/backends/runtimeFolder'
import type { InstallProgress } from '../../node/backends/tensorflow/install'
import { withInterrupt } from '../interrupt'
import { createProgressDisplay } from '../output/progressBar'
import type { Progress } from '../../shared/types'

interface Options {
  readonly gpu?: boolean
  readonly wheel?: string
  readonly index?: string
  readonly json?: boolean
}

/** `runtime tensorflow`: TensorFlow's library for training. */
export function runtime(command: Command): Command {
  command
    .command('tensorflow')
    .description("TensorFlow's library for fast training (Linux)")
    .option('--gpu', 'with CUDA')
    .option('--wheel <file>', 'a TensorFlow wheel that is here already')
    .option('--index <address>', 'Python package index')
    .action(installRuntime)
  return command
}

async function installRuntime({ gpu, wheel, index, json }: Options): Promise<void> {
  const { installTensorflow } = await import('../../node/backends/tensorflow/install')
  const display = createProgressDisplay()
  const folder = runtimeFolder()
  try {
    await withInterrupt((signal) => installTensorflow({ folder, gpu: gpu ?? false, wheel, packageIndex: index, signal, onProgress: (progress) => display.show(toProgress(progress)) }))
  } finally {
    display.end()
  }
  process.stdout.write(`${json ? JSON.stringify({ folder }, null, 2) : `TensorFlow is installed in '${folder}'`}\n`)
}

const toProgress = ({ phase, message, doneBytes = 0, totalBytes }: InstallProgress): Progress => ({
  label: `${phase}: ${message.split('/').at(-1) ?? message}`,
  done: doneBytes,
  ...(totalBytes !== undefined && { total: totalBytes }),
  unit: 'bytes',
})
