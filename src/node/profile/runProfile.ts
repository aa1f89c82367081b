import { spawn } from 'node:child_process'
import { NNOptError, fromErrorReport } from '../../shared/errors'
import type { ErrorReport } from '../../shared/errors'
import { findBackend } from '../backends'
import { engineFile } from '../engineFile'
import { nodeBinary } from '../jobs/nodeBinary'
import type { ProfileParams, TrainingProfile } from './trainingProfile'

export type FromProfile = { readonly profile: TrainingProfile } | { readonly error: ErrorReport }

/** Profiles training in a process with the environment of its backend. */
export async function runProfile(params: ProfileParams): Promise<TrainingProfile> {
  const { id, environment } = await findBackend(params.backend)
  const child = spawn(nodeBinary(), ['--enable-source-maps', engineFile('profile')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  })
  let messages = ''
  child.stderr?.on('data', (chunk: Buffer) => (messages += chunk.toString()))
  child.send({ ...params, backend: id })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('message', (message: FromProfile) =>
      'profile' in message ? resolve(message.profile) : reject(fromErrorReport(message.error)),
    )
    child.on('close', (code, signal) =>
      reject(
        new NNOptError(
          'crashed',
          `the profiling process ended (${signal ?? code}) before returning a result: ${messages.trim().split('\n').at(-1) ?? ''}`,
        ),
      ),
    )
  })
}
