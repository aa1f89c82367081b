import { useRouter } from 'vue-router'
import { NNOptError } from '../../shared/errors'
import type { Run } from '../../shared/types'
import { t } from '../i18n'
import { useEngine } from '../stores/engine'
import { attempt } from '../stores/notices'

const isModel = (name: string): boolean => /\.(onnx|nnopt)$/i.test(name)
const isArchive = (name: string): boolean => /\.(zip|tar|tgz|tar\.gz)$/i.test(name)
const nameOf = (path: string): string => (path.split(/[\\/]/).at(-1) ?? '').replace(/(\.tar)?\.\w+$/, '')
/** Dataset names contain no spaces. */
export const datasetName = (path: string): string =>
  nameOf(path)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '') || 'images'

/** Throws for a file that is neither a model nor an image archive. */
export function assertTaken(name: string): void {
  if (!isModel(name) && !isArchive(name)) throw new NNOptError('badInput', t('app.dropRefused', { name }))
}

export interface Intake {
  /** Starts the run that imports a path on the engine's machine; a folder contains images. */
  takeIn(path: string, name?: string): Promise<Run>
  /**
   * Imports items one after another once an engine is connected, and opens the runs. Failures are reported together at
   * the end.
   */
  takeInAll(sources: readonly (() => Promise<Run>)[]): Promise<void>
}

/** Imports models and datasets, however they reached the window. */
export function useIntake(): Intake {
  const engine = useEngine()
  const router = useRouter()

  async function show([first, ...others]: readonly Run[]): Promise<void> {
    if (!first) return
    await router.push(others.length > 0 ? { name: 'runs' } : { name: 'run', params: { id: first.id } })
  }

  async function takeInAll(sources: readonly (() => Promise<Run>)[]): Promise<void> {
    const runs: Run[] = []
    const problems: string[] = []
    await engine.whenOpen()
    for (const source of sources) {
      try {
        runs.push(await source())
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error))
      }
    }
    await show(runs)
    if (problems.length > 0) await attempt(() => Promise.reject(new NNOptError('badInput', problems.join(' · '))))
  }

  return {
    takeIn: (path, name = path) =>
      isModel(name)
        ? engine.call('versions.import', { file: path, name: nameOf(name) })
        : engine.call('datasets.add', { name: datasetName(name), paths: [path] }),
    takeInAll,
  }
}
