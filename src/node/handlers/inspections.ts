import type { Handlers } from '../../shared/contract'
import { inspectionNames } from '../inspect/names'
import type { InspectionName } from '../inspect/names'
import type { HostParts } from './parts'

/** What needs decoders or onnxruntime at once is answered by a process apart: the host itself computes nothing. */
export const inspectionHandlers = ({ inspector }: HostParts): Pick<Handlers, InspectionName> =>
  Object.fromEntries(
    inspectionNames.map((name): readonly [string, unknown] => [
      name,
      (params: never, context: never) => inspector.ask(name, params, context),
    ]),
  ) as Pick<Handlers, InspectionName>
