import type { CallContext, ParsedParamsOf, ProcedureName, ResultOf } from '../../shared/contract'
import type { Store } from '../store'

/** What an inspection works with; everything it keeps between calls lives in modules of its own. */
export interface InspectContext {
  readonly store: Store
}

/** A procedure that is answered out of files and with native code, in a process apart from the host. */
export type Inspection<N extends ProcedureName> = (
  context: InspectContext & CallContext<N>,
  params: ParsedParamsOf<N>,
) => Promise<ResultOf<N>>
