import type { ErrorReport } from '../../shared/errors'
import type { MetricBatch, Progress } from '../../shared/types'
import type { Wish } from '../store/tables/runs'

/** From the host to a job. */
export type JobCommand =
  | { readonly kind: 'start'; readonly workspace: string; readonly runId: string }
  | { readonly kind: 'wish'; readonly wish: Wish }

/** From a job to its host. The store holds the same: these are for those who watch. */
export type JobMessage =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | ({ readonly kind: 'metrics' } & MetricBatch)
  | { readonly kind: 'log'; readonly level: 'info' | 'warning'; readonly text: string }
  | { readonly kind: 'changed' }
  | { readonly kind: 'versions' }
  | { readonly kind: 'datasets' }
  | { readonly kind: 'finished'; readonly outcome: JobOutcome }

export type JobOutcome =
  | { readonly status: 'done' }
  | { readonly status: 'stopped' }
  | { readonly status: 'failed'; readonly error: ErrorReport }
