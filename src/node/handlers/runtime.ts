import type { Handlers } from '../../shared/contract'
import type { RuntimeProgress, RuntimeStatus } from '../../shared/types'
import { runtimeFolder } from '../userFolders'
import { readManifest } from '../backends/tensorflow/runtimePaths'
import type { InstallOptions } from '../backends/tensorflow/install'

type RuntimeHandlers = Pick<Handlers, 'runtime.status' | 'runtime.install' | 'runtime.cancel'>
type Install = (options: InstallOptions) => Promise<void>

const first: RuntimeProgress = { phase: 'find', message: 'TensorFlow', doneBytes: null, totalBytes: null }
const install: Install = async (options) => (await import('../backends/tensorflow/install')).installTensorflow(options)

/**
 * The installation belongs to the engine: it continues when the window that started it closes, and every window can see
 * its progress.
 */
export function runtimeHandlers(run: Install = install, platform: NodeJS.Platform = process.platform): RuntimeHandlers {
  let going: AbortController | undefined
  let progress: RuntimeProgress | null = null
  let problem: string | null = null

  const status = (): RuntimeStatus => {
    const folder = runtimeFolder()
    const manifest = readManifest(folder)
    return {
      isSupported: platform === 'linux',
      folder,
      installed: manifest ? { version: manifest.tensorflow, gpu: manifest.gpu } : null,
      progress,
      problem,
    }
  }
  const begin = async (gpu: boolean, packageIndex: string | undefined): Promise<void> => {
    const controller = new AbortController()
    ;[going, progress, problem] = [controller, first, null]
    try {
      await run({
        folder: runtimeFolder(),
        gpu,
        packageIndex,
        signal: controller.signal,
        onProgress: ({ phase, message, doneBytes, totalBytes }) =>
          (progress = { phase, message, doneBytes: doneBytes ?? null, totalBytes: totalBytes ?? null }),
      })
    } catch (error) {
      problem = controller.signal.aborted ? null : error instanceof Error ? error.message : String(error)
    } finally {
      ;[going, progress] = [undefined, null]
    }
  }
  return {
    'runtime.status': status,
    'runtime.install': ({ gpu, packageIndex }) => {
      if (!going) void begin(gpu, packageIndex)
      return status()
    },
    'runtime.cancel': () => {
      going?.abort()
      return status()
    },
  }
}
