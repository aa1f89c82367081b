import type { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import type { TrainConfig } from './config'
import { optimizers } from './optimizers/index'
import { schedules } from './schedules/index'

interface WithParams {
  readonly kind: string
  readonly id: string
  readonly params: z.ZodObject
}

/** Throws `notFound` for an unknown optimizer or schedule, and `wrongCall` for parameters that it does not have or that are out of range. */
export function checkConfig({ optimizer, optimizerParams, schedule, scheduleParams }: TrainConfig): void {
  checkParams(optimizers.get(optimizer), optimizerParams)
  checkParams(schedules.get(schedule), scheduleParams)
}

function checkParams({ kind, id, params }: WithParams, given: Readonly<Record<string, unknown>>): void {
  const known = Object.keys(params.shape)
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new NNOptError(
      'wrongCall',
      `${kind} '${id}': unknown parameter '${unknown}': expected ${known.length > 0 ? `one of ${known.join(', ')}` : 'none'}`,
    )
  const issue = params.safeParse(given).error?.issues[0]
  if (issue) throw new NNOptError('wrongCall', `${kind} '${id}': parameter '${issue.path.join('.')}': ${issue.message}`)
}
