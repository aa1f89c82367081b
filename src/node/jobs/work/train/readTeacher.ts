import { classesOf } from '../../../../core/data/modelFacts'
import type { Preprocessing } from '../../../../core/data/preprocessing'
import { classOutput, imageInput } from '../../../../core/graph/graph'
import type { Graph } from '../../../../core/graph/graph'
import { atLeast } from '../../../../shared/atLeast'
import { NNOptError } from '../../../../shared/errors'
import type { Teacher, Version } from '../../../../shared/types'
import type { Store } from '../../../store'
import type { StepContext } from '../../step'
import { preprocessingFor } from '../images/ends'
import { readTrainable } from '../versions/readVersion'

export interface TeacherFile {
  readonly graph: Graph
  readonly preprocessing: Preprocessing
}

/** The network that `distill` names, when it does. Throws `wrongCall` when there is no parent, and `badInput` when it reads other images or gives other scores than the student. */
export async function readTeacher(
  { store, version: find, log }: StepContext,
  distill: Teacher | undefined,
  parent: Version | undefined,
  student: Graph,
): Promise<TeacherFile | undefined> {
  if (distill === undefined) return undefined
  const teacher = 'parent' in distill ? parent : await find(distill.version)
  if (!teacher)
    throw new NNOptError(
      'wrongCall',
      "distill: expected the id or name of an fp32 version, got 'parent', but a network that starts from an architecture has no parent",
    )
  const graph = readTrainable(store, teacher)
  assertAlike(teacher.name, graph, student)
  log(`distilling from version '${teacher.name}'`)
  return { graph, preprocessing: preprocessingFor(graph, teacher) }
}

function assertAlike(name: string, teacher: Graph, student: Graph): void {
  const fail = (what: string, expected: string, got: string): never => {
    throw new NNOptError('badInput', `distill: version '${name}': expected ${what} ${expected}, got ${got}`)
  }
  const [size, expectedSize] = atLeast(
    2,
    [teacher, student].map((graph) => imageInput(graph).shape.slice(2).join('×')),
  )
  if (size !== expectedSize) fail('images of', expectedSize, size)
  const [scores, expectedScores] = atLeast(
    2,
    [teacher, student].map((graph) => String(classOutput(graph).shape.at(-1))),
  )
  if (scores !== expectedScores) fail('class scores:', expectedScores, scores)
  const [classes, expectedClasses] = [teacher, student].map((graph) => classesOf(graph)?.join(', '))
  if (classes !== undefined && expectedClasses !== undefined && classes !== expectedClasses)
    fail('the classes', expectedClasses, classes)
}

/** The fp32 version that a pruned one was made from; a version without one learns from its own scores at the start. */
export async function parentOf({ versions }: Store, version: Version): Promise<Version> {
  const parent = version.parentId === null ? undefined : await versions.find(version.parentId)
  return parent?.trainable && parent.deletedAt === null ? parent : version
}
