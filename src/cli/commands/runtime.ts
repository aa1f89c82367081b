import type { Command } from 'commander'
import { runtimeFolder } from '../../node/userFolders'
import type { InstallProgress } from '../../node/backends/tensorflow/install'
import { withInterrupt } from '../interrupt'
import { createProgressDisplay } from '../output/progressBar'
import { printResult } from '../output/result'
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
    .option('--wheel <file>', 'use this TensorFlow wheel instead of downloading one')
    .option('--index <address>', 'Python package index to download from')
    .action(installRuntime)
  command
    .command('openvino')
    .description("OpenVINO's CPU library as a second engine for inference (Linux)")
    .option('--wheel <file>', 'use this OpenVINO wheel instead of downloading one')
    .option('--index <address>', 'Python package index to download from')
    .action((options: Options) =>
      installed(options, 'OpenVINO', async (shared) =>
        (await import('../../node/inference/openvino/install')).installOpenvino(shared),
      ),
    )
  return command
}

interface SharedOptions {
  readonly folder: string
  readonly wheel: string | undefined
  readonly packageIndex: string | undefined
  readonly signal: AbortSignal
  readonly onProgress: (progress: InstallProgress) => void
}

const installRuntime = ({ gpu, ...options }: Options): Promise<void> =>
  installed(options, 'TensorFlow', async (shared) =>
    (await import('../../node/backends/tensorflow/install')).installTensorflow({ ...shared, gpu: gpu ?? false }),
  )

async function installed(
  { wheel, index, json }: Options,
  what: string,
  install: (shared: SharedOptions) => Promise<void>,
): Promise<void> {
  const display = createProgressDisplay()
  const folder = runtimeFolder()
  try {
    await withInterrupt((signal) =>
      install({
        folder,
        wheel,
        packageIndex: index,
        signal,
        onProgress: (progress) => display.show(toProgress(progress)),
      }),
    )
  } finally {
    display.end()
  }
  printResult(json, { folder }, () => `${what} is installed in '${folder}'`)
}

const toProgress = ({ phase, message, doneBytes = 0, totalBytes }: InstallProgress): Progress => ({
  label: `${phase}: ${message.split('/').at(-1) ?? message}`,
  done: doneBytes,
  ...(totalBytes !== undefined && { total: totalBytes }),
  unit: 'bytes',
})
