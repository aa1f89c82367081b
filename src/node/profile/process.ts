import { NNOptError, toErrorReport } from '../../shared/errors'
import { profileParams, profileTraining } from './trainingProfile'
import type { FromProfile } from './runProfile'

/** A process of its own: the allocator's settings must be there when it starts. */

function send(message: FromProfile): void {
  process.send?.(message, () => process.disconnect())
}

process.once('message', (message) => {
  const params = profileParams.safeParse(message)
  const result = params.success
    ? profileTraining(params.data)
    : Promise.reject(new NNOptError('wrongCall', params.error.issues[0]?.message ?? 'invalid'))
  result.then(
    (profile) => send({ profile }),
    (error: unknown) => send({ error: toErrorReport(error) }),
  )
})
