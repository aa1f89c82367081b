import type { ErrorReport } from '../../shared/errors'
import type { InspectionName } from './names'

/**
 * The first message gives the process its workspace; the others request one thing, with parameters parsed by the host,
 * or cancel a request.
 */
export type InspectRequest =
  | { readonly kind: 'start'; readonly workspace: string }
  | { readonly kind: 'ask'; readonly id: number; readonly name: InspectionName; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number }

/** Events precede the result. */
export type InspectReply =
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorReport }
