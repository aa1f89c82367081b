import type { ErrorReport } from '../../shared/errors'
import type { InspectionName } from './names'

/** The first message tells the process its workspace; every other asks for one thing, with parameters that the host has parsed. */
export type InspectRequest = { readonly kind: 'start'; readonly workspace: string } | { readonly kind: 'ask'; readonly id: number; readonly name: InspectionName; readonly params: unknown }

export type InspectReply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: ErrorReport }
