import type { ErrorReport } from '../../shared/errors'
import type { InspectionName } from './names'

/** The first message tells the process its workspace; the others ask for one thing, with parameters that the host has parsed, or take a question back. */
export type InspectRequest =
  | { readonly kind: 'start'; readonly workspace: string }
  | { readonly kind: 'ask'; readonly id: number; readonly name: InspectionName; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number }

/** Events come before the answer. */
export type InspectReply =
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorReport }
