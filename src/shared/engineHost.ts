import type { ErrorReport } from './errors'
import type { Run } from './types'

/** What the desktop shows of the runs that its own engine works on. */
export interface Work {
  /** Runs that work or wait. */
  readonly active: number
  /** Runs that were paused; they wait for a person. */
  readonly paused: number
  /** Share of the run that works; null while it is unknown. */
  readonly share: number | null
  /** The run that has just ended. */
  readonly ended: { readonly name: string; readonly status: Run['status'] } | null
}

export const noWork: Work = { active: 0, paused: 0, share: null, ended: null }

/** What the main process of the desktop program says to its engine host. */
export type ToHost =
  /** A page wants an engine, this one or one elsewhere; its port comes with the message. */
  | { readonly kind: 'connect'; readonly remote?: string | undefined }
  /** The person wants the work to stop. */
  | { readonly kind: 'stop'; readonly when: 'now' | 'epochEnd' }
  /** Puts everything in order and ends the process. */
  | { readonly kind: 'close' }

/** What the host says to the main process. */
export type FromHost =
  | { readonly kind: 'work'; readonly work: Work }
  /** The workspace cannot be opened; it is tried again with the next page that asks. */
  | { readonly kind: 'failed'; readonly error: ErrorReport }
