import { NNOptError } from '../../../shared/errors'
import type { Device } from './dawn'

/** Device failures arrive as events, separate from the calls that caused them. */
export interface Failures {
  /** The first failure; undefined if there is none. */
  first(): NNOptError | undefined
  /** The device is being destroyed on purpose, so its loss is not a failure. */
  expectEnd(): void
}

export function watchDevice(device: Device, name: string): Failures {
  let failure: NNOptError | undefined
  let isEnding = false
  device.addEventListener('uncapturederror', ({ error }) => {
    failure ??= /out.of.memory/i.test(
      `${error.constructor.name} ${error.message}`.replace('OutOfMemory', 'out of memory'),
    )
      ? outOfMemory(name, error.message)
      : broken(name, error.message)
  })
  void device.lost.then(({ reason, message }) => {
    if (!isEnding) failure ??= lost(name, message || reason)
  })
  return { first: () => failure, expectEnd: () => void (isEnding = true) }
}

const lost = (name: string, message: string): NNOptError =>
  new NNOptError(
    'unavailable',
    `the graphics device ${name} was lost: ${message}; the last checkpoint is kept; resume the run, or train on another backend`,
    { device: name, lost: true },
  )

const outOfMemory = (name: string, message: string): NNOptError =>
  new NNOptError(
    'unavailable',
    `the graphics device ${name} is out of memory: ${message}; reduce the batch size, or train on another backend`,
    { device: name, outOfMemory: true },
  )

const broken = (name: string, message: string): NNOptError =>
  new NNOptError('internal', `the graphics device ${name} rejected a command: ${message}`, { device: name })
