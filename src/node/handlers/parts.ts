import type { Inspector } from '../inspect/inspector'
import type { JobQueue } from '../jobs/queue'
import type { Store } from '../store'
import type { EventHub } from './events'

/** Dependencies of the handlers. */
export interface HostParts {
  readonly store: Store
  readonly queue: JobQueue
  readonly hub: EventHub
  readonly inspector: Inspector
  /** The folder that a person knows: a workspace that can only be read is shown through a temporary one. */
  readonly workspace: string
  readonly readOnly: boolean
}
