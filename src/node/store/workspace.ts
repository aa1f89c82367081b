import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { makeFolder } from './makeFolder'
import { atLeast } from '../../shared/atLeast'

/** Where everything of a workspace lies. */
export interface WorkspacePaths {
  readonly root: string
  readonly database: string
  readonly versions: string
  readonly datasets: string
  readonly runs: string
  readonly trash: string
  readonly uploads: string
  readonly downloads: string
  /** What was measured on this machine and may be measured again. */
  readonly tunings: string
  /** Locks of the processes that work in it. */
  readonly presence: string
  /** Copies of the database. */
  readonly backups: string
  /** Where repairs put what they cannot place. */
  readonly lostAndFound: string
  version(id: string): string
  model(id: string): string
  /** What later steps start from: float weights, masks, quantization parameters. */
  trainingState(id: string): string
  dataset(name: string): string
  run(id: string): string
}

export function workspacePaths(folder: string): WorkspacePaths {
  const root = resolve(folder)
  const [versions, datasets, runs] = atLeast(
    3,
    ['versions', 'datasets', 'runs'].map((name) => join(root, name)),
  )
  return {
    root,
    database: join(root, 'workspace.db'),
    versions,
    datasets,
    runs,
    trash: join(root, '.trash'),
    uploads: join(root, '.uploads'),
    downloads: join(root, '.downloads'),
    tunings: join(root, '.tunings'),
    presence: join(root, '.presence'),
    backups: join(root, 'backups'),
    lostAndFound: join(root, 'lost+found'),
    version: (id) => join(versions, id),
    model: (id) => join(versions, id, 'model.onnx'),
    trainingState: (id) => join(versions, id, 'training.safetensors'),
    dataset: (name) => join(datasets, name),
    run: (id) => join(runs, id),
  }
}

/** `--workspace`, else $NNOPT_WORKSPACE, else ~/NNOpt. */
export const defaultWorkspace = (chosen?: string, environment: NodeJS.ProcessEnv = process.env): string =>
  resolve(chosen ?? environment.NNOPT_WORKSPACE ?? join(homedir(), 'NNOpt'))

export function createFolders({ versions, datasets, runs, trash }: WorkspacePaths): void {
  for (const folder of [versions, datasets, runs, trash]) makeFolder(folder)
}
