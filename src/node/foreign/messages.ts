import type { Preprocessing } from '../../core/data/preprocessing'
import type { Graph } from '../../core/graph/graph'
import type { InputSize } from '../../core/onnx/inputSize'
import type { ErrorReport } from '../../shared/errors'
import type { Progress } from '../../shared/types/progress'
import type { ListedSources } from '../datasets/add/listSources'

/** What is read of files that somebody else made. */
export interface ForeignTasks {
  /** An ONNX file with what it names, and the files that say what its images and classes are. */
  readonly model: {
    readonly params: {
      readonly file: string
      readonly followLinks: boolean
      /** For a model that leaves height and width free. */
      readonly inputSize?: InputSize | undefined
      /** A file, or a preset. */
      readonly preprocessing?: string | undefined
      readonly classesFile?: string | undefined
    }
    readonly result: {
      readonly graph: Graph
      readonly bytes: Uint8Array
      readonly warnings: readonly string[]
      readonly preprocessing?: Preprocessing | undefined
      readonly classes?: readonly string[] | undefined
    }
  }
  /** Folders, archives and files of labels; the images of archives go to a file. */
  readonly sources: {
    readonly params: {
      readonly paths: readonly string[]
      readonly format?: string | undefined
      readonly formatParams?: Readonly<Record<string, unknown>> | undefined
      readonly followLinks: boolean
      readonly blob: string
    }
    readonly result: ListedSources
  }
}

export type ForeignTask = keyof ForeignTasks

export type ForeignRequest = {
  readonly [K in ForeignTask]: { readonly task: K; readonly params: ForeignTasks[K]['params'] }
}[ForeignTask]

/** `reads`: so many bytes are about to be read, for which it gets more time and memory. */
export type ForeignReply =
  | { readonly kind: 'reads'; readonly bytes: number }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: ForeignTasks[ForeignTask]['result'] }
  | { readonly kind: 'error'; readonly error: ErrorReport }
