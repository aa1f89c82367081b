import type { Handlers } from '../../shared/contract'
import { inspectionNames } from '../inspect/names'
import type { InspectionName } from '../inspect/names'
import type { HostParts } from './parts'

/** Requests that need decoders or onnxruntime go to a separate process, because the host itself does no computation. */
export const inspectionHandlers = ({ inspector }: HostParts): Pick<Handlers, InspectionName> =>
  Object.fromEntries(
    inspectionNames.map((name): readonly [string, unknown] => [
      name,
      (params: never, context: never) => inspector.ask(name, params, context),
    ]),
  ) as Pick<Handlers, InspectionName>
