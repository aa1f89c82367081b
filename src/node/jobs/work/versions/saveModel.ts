import { formatRecipe } from '../../../../core/recipe/document'
import { paramsOf } from '../../../../core/recipe/references'
import type { Graph } from '../../../../core/graph/graph'
import { classOutput, imageInput } from '../../../../core/graph/graph'
import { maskReport } from '../../../../core/graph/masks'
import { classesOf } from '../../../../core/data/modelFacts'
import { writeOnnx } from '../../../../core/onnx/index'
import { atLeast } from '../../../../shared/atLeast'
import { assert } from '../../../../shared/errors'
import type { Version } from '../../../../shared/types'
import { programVersion } from '../../../programVersion'
import { commitVersion } from '../../../store/commitVersion'
import type { FileContent } from '../../../store/durable'
import type { StepContext } from '../../step'
import { trainingState } from './trainingState'

export interface NewModel extends Pick<Version, 'name' | 'origin' | 'precision' | 'trainable' | 'warnings'> {
  readonly graph: Graph
  readonly parent?: Version | undefined
  /** What later steps start from, when it is not `graph` itself. */
  readonly training?: Graph
  /** Beside the model, such as source.onnx. */
  readonly files?: ReadonlyMap<string, FileContent>
  /** Facts of the making that the recipe does not say, for details.json: device, report, history. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** ONNX metadata that says where the model comes from. */
const lineageKey = 'nnopt.lineage'

/** Writes a model as a version of the workspace, with its preprocessing, class names and lineage inside the file. Throws `internal` when a masked weight is not zero. */
export async function saveModel({ store, runId, stepIndex }: StepContext, model: NewModel): Promise<Version> {
  maskReport(model.graph)
  const { graph, parent, training = graph, files = new Map<string, FileContent>(), details, ...facts } = model
  const run = await store.runs.find(runId)
  assert(run, () => `run '${runId}' is unknown`)
  const entry = run.recipe.steps[stepIndex]!
  const lineage = {
    name: facts.name,
    step: entry.step,
    parameters: paramsOf(entry),
    ...(parent && { parent: { id: parent.id, name: parent.name, hash: parent.hash } }),
  }
  const described: Graph = { ...graph, metadata: { ...graph.metadata, [lineageKey]: JSON.stringify(lineage) } }
  const content = new Map<string, FileContent>([
    ['model.onnx', writeOnnx(described, { producerVersion: programVersion() })],
    ['recipe.yaml', new TextEncoder().encode(formatRecipe(run.recipe))],
    ...(facts.trainable || training !== graph ? [['training.safetensors', trainingState(training)] as const] : []),
    ...(details ? [['details.json', new TextEncoder().encode(`${JSON.stringify(details, null, 2)}\n`)] as const] : []),
    ...files,
  ])
  return commitVersion(
    store,
    { ...facts, ...shapeFacts(graph), parentId: parent?.id ?? null, runId, architecture: graph.name, step: entry },
    content,
  )
}

function shapeFacts(graph: Graph): Pick<Version, 'inputSize' | 'classes' | 'classCount'> {
  const [height, width] = atLeast(2, imageInput(graph).shape.slice(2).map(Number))
  return {
    inputSize: { height, width },
    classes: classesOf(graph) ?? [],
    classCount: Number(classOutput(graph).shape.at(-1)),
  }
}
