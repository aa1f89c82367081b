import '../../noTelemetry'
import { toErrorReport } from '../../../shared/errors'
import type { PoolReply, PoolRequest } from './calls'
import { createPoolWork } from './work'

/** The inference process: sessions in worker threads, and threads that read and decode their input. */
const work = createPoolWork()

const send = (reply: PoolReply, then?: () => void): void => {
  if (process.connected) process.send?.(reply, undefined, undefined, then)
}

// Ctrl-C reaches the whole process group; the job decides what to do about it.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
process.on('message', (request: PoolRequest) => {
  const { id, call } = request
  work.answer(request).then(
    (result) => send({ id, result }, () => call === 'end' && process.exit(0)),
    (error: unknown) => send({ id, error: toErrorReport(error) }),
  )
})
