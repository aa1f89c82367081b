import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { NNOptError, toErrorReport } from '../../shared/errors'
import { formatRecipe } from '../../core/recipe/document'
import type { Run, Version } from '../../shared/types'
import { openvinoPaths, readOpenvinoManifest } from '../inference/openvino/runtimePaths'
import { readManifest, runtimePaths } from '../backends/tensorflow/runtimePaths'
import { isCheckpoint } from '../jobs/trainer/checkpointFiles'
import { runtimeProblems } from '../runtimeFiles'
import { isRestorable, listBackups } from '../store/backups'
import { isUnchanged, readChecked } from '../store/checkedFile'
import { sha256 } from '../store/commitVersion'
import type { Store } from '../store'
import { replaceFile } from '../store/durable'
import { datasetFacts, runFacts } from '../store/facts'
import type { RepeatedFacts } from '../store/facts'
import type { WorkspacePaths } from '../store/workspace'
import { runtimeFolder } from '../userFolders'
import type { Check, Fault } from './check'

/** What was made from a version. */
async function dependents({ versions }: Store, { id }: Version): Promise<string> {
  const children = [...(await versions.list(false)), ...(await versions.list(true))].filter(
    ({ parentId }) => parentId === id,
  )
  return children.length > 0 ? `; versions made from it: ${children.map(({ name }) => name).join(', ')}` : ''
}

/** Every file of every version, those in the trash included. */
const versionFiles: Check = {
  id: 'version files',
  ok: 'every file of every version is what was written',
  faults: async (store) => {
    const faults: Fault[] = []
    for (const version of [...(await store.versions.list(false)), ...(await store.versions.list(true))]) {
      const inTrash = join(store.paths.trash, version.id)
      const folder = existsSync(inTrash) ? inTrash : store.paths.version(version.id)
      for (const problem of problemsOfFolder(folder, version))
        faults.push({
          message: `version '${version.name}' (${version.id}): ${problem}; put back a copy of the file, or remove the version and make it again${await dependents(store, version)}`,
        })
    }
    return faults
  },
}

function problemsOfFolder(folder: string, version: Version): readonly string[] {
  const file = join(folder, 'metadata.json')
  if (!existsSync(file)) return existsSync(folder) ? [`'${file}' is missing`] : []
  const metadata = parsed(readFileSync(file, 'utf8'))
  if (metadata === undefined || !isUnchanged(file)) return [`'${file}' is damaged`]
  const { files, ...facts } = metadata
  const wrong = Object.keys(facts).filter((key) => isFixed(key) && !same(facts[key], Reflect.get(version, key)))
  const differs = wrong.map((key) => `'${file}' says something else of '${key}' than the database`)
  return [...differs, ...problemsOfFiles(folder, { ...(files as object | undefined) }, version.hash)]
}

/** The name of a version may change; the rest of its facts never does. */
const isFixed = (key: string): boolean => key !== 'name'

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

function problemsOfFiles(folder: string, sums: Readonly<Record<string, unknown>>, hash: string): readonly string[] {
  const expected = { ...sums, 'model.onnx': hash }
  return Object.entries(expected).flatMap(([name, sum]) => {
    const path = join(folder, name)
    if (!existsSync(path)) return [`'${path}' is missing`]
    return sha256(readFileSync(path)) === sum ? [] : [`'${path}' is damaged`]
  })
}

/** Every image of every dataset. */
const images: Check = {
  id: 'images',
  ok: 'every image of every dataset is what was added',
  faults: async ({ datasets }) => {
    const { damagedImages } = await import('../datasets/read/damagedImages')
    const faults: Fault[] = []
    for (const record of await datasets.list()) {
      const found = await damagedImages(record).catch((error: unknown) => [toErrorReport(error).message])
      const [first] = found
      if (first !== undefined)
        faults.push({
          message: `dataset '${record.name}': ${found.length} of its files or images are damaged, the first is ${first}; they are left out of training and evaluation; add the dataset again`,
        })
    }
    return faults
  },
}

/** What folders repeat of the database, so that it can be rebuilt. */
const repeated: Check = {
  id: 'facts',
  ok: 'the folders of datasets and runs say what the database says',
  faults: async ({ paths, datasets, runs }) => {
    const wrong = [
      ...(await datasets.list()).flatMap((record) => differing(datasetFacts(paths, record))),
      ...(await runs.list()).flatMap((run) => [
        ...differing(runFacts(paths, run)),
        ...differing(recipeText(paths, run)),
      ]),
    ]
    return wrong.map(({ path, text }) => ({
      message: `'${path}' does not say what the database says`,
      repair: { description: 'written again', run: () => replaceFile(path, new TextEncoder().encode(text)) },
    }))
  },
}

const recipeText = ({ run: folder }: WorkspacePaths, { id, recipe }: Run): RepeatedFacts => ({
  path: join(folder(id), 'recipe.yaml'),
  text: formatRecipe(recipe),
})

const differing = (facts: RepeatedFacts): readonly RepeatedFacts[] =>
  existsSync(facts.path) && readFileSync(facts.path, 'utf8') !== facts.text ? [facts] : []

const checkpoints: Check = {
  id: 'checkpoints',
  ok: 'every checkpoint is what was written',
  faults: async ({ paths, runs }) => {
    const faults: Fault[] = []
    for (const { id, name } of await runs.list())
      for (const file of checkpointFiles(paths.run(id)))
        try {
          readChecked(file)
        } catch (error) {
          if (!(error instanceof NNOptError)) throw error
          faults.push({ message: `run '${name}' (${id}): ${error.message}; it goes on from the checkpoint before it` })
        }
    return faults
  },
}

function checkpointFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => isCheckpoint(basename(name)))
    .map((name) => join(folder, name))
}

const backups: Check = {
  id: 'backups',
  ok: 'every backup of the database can be restored',
  faults: ({ paths }) =>
    listBackups(paths)
      .filter((file) => !isRestorable(file))
      .map((file) => ({
        message: `backup '${file}' is damaged: restoring skips it, and the next one is made within a day`,
      })),
}

const runtimes: Check = {
  id: 'runtimes',
  ok: 'the installed runtimes are what was installed',
  faults: async () => {
    const [tensorflow, openvino] = [readManifest(runtimeFolder())?.files, readOpenvinoManifest()?.files]
    const problems = [
      ...(tensorflow
        ? await runtimeProblems(runtimePaths(runtimeFolder()).root, tensorflow, 'nnopt runtime tensorflow')
        : []),
      ...(openvino ? await runtimeProblems(openvinoPaths().root, openvino, 'nnopt runtime openvino') : []),
    ]
    return problems.map((message) => ({ message }))
  },
}

/** Reads everything. */
export const deepChecks: readonly Check[] = [versionFiles, images, repeated, checkpoints, backups, runtimes]
