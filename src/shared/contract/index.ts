import type { z } from 'zod'
import { datasetProcedures } from './datasets'
import { layerProcedures } from './layers'
import type { Procedures } from './procedure'
import { pruningProcedures } from './pruning'
import { runProcedures } from './runs'
import { systemProcedures } from './system'
import { versionProcedures } from './versions'
import { workspaceProcedures } from './workspace'

/** Every procedure, defined once. Handlers and clients derive their types from here. */
export const contract = {
  ...versionProcedures,
  ...layerProcedures,
  ...pruningProcedures,
  ...datasetProcedures,
  ...runProcedures,
  ...workspaceProcedures,
  ...systemProcedures,
} as const satisfies Procedures

export type Contract = typeof contract
export type ProcedureName = keyof Contract
/** What a caller passes: fields with defaults are optional. */
export type ParamsOf<N extends ProcedureName> = z.input<Contract[N]['params']>
/** What a handler receives. */
export type ParsedParamsOf<N extends ProcedureName> = z.output<Contract[N]['params']>
export type ResultOf<N extends ProcedureName> = z.output<Contract[N]['result']>
export type EventOf<N extends ProcedureName> = z.output<Contract[N]['events']>

export interface CallContext<N extends ProcedureName> {
  /** Aborts when the caller cancels or disconnects. */
  readonly signal: AbortSignal
  emit(event: EventOf<N>): void
}

/** One function per procedure; a missing or mistyped one does not compile. */
export type Handlers = {
  readonly [N in ProcedureName]: (
    params: ParsedParamsOf<N>,
    context: CallContext<N>,
  ) => Promise<ResultOf<N>> | ResultOf<N>
}

export interface CallOptions<N extends ProcedureName> {
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: (event: EventOf<N>) => void
}

/** The caller's side of the contract; errors are NNOptErrors. */
export interface Client {
  call<N extends ProcedureName>(name: N, params: ParamsOf<N>, options?: CallOptions<N>): Promise<ResultOf<N>>
  close(): void
}
