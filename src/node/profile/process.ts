import '../noTelemetry'
import { toErrorReport } from '../../shared/errors'
import { parseAs } from '../../shared/parse'
import { profileParams, profileTraining } from './trainingProfile'
import type { TrainingProfile } from './trainingProfile'
import type { FromProfile } from './runProfile'

/** A process of its own: the allocator's settings must be there when it starts. */

function send(message: FromProfile): void {
  process.send?.(message, () => process.disconnect())
}

const profile = async (message: unknown): Promise<TrainingProfile> =>
  profileTraining(parseAs(profileParams, message, 'profile'))

process.once('message', (message) => {
  profile(message).then(
    (profile) => send({ profile }),
    (error: unknown) => send({ error: toErrorReport(error) }),
  )
})
