import type { CallContext, ParsedParamsOf, ProcedureName, ResultOf } from '../../shared/contract'
import type { Store } from '../store'

/** Dependencies of an inspection; modules keep their own state between calls. */
export interface InspectContext {
  readonly store: Store
}

/** A procedure that reads files and uses native code, in a process separate from the host. */
export type Inspection<N extends ProcedureName> = (
  context: InspectContext & CallContext<N>,
  params: ParsedParamsOf<N>,
) => Promise<ResultOf<N>>
