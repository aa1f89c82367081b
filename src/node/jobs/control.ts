import type { StepControl } from './step'
import type { Wish } from '../store/tables/runs'

export type { Wish }

export interface RunControl extends StepControl {
  /** Says whether the run stands still. */
  readonly onPause: (paused: boolean) => Promise<void>
  readonly wish: Wish
  ask(wish: Wish): void
  /** An epoch or a step has ended: whoever asked to stop there is obeyed. */
  epochEnded(): void
}

/** Pause, go on and stop, as a step sees them. */
export function createControl(onPause: (paused: boolean) => Promise<void>): RunControl {
  const controller = new AbortController()
  let wish: Wish = 'run'
  let release: (() => void) | undefined
  const ask = (next: Wish): void => {
    wish = next
    if (next === 'stop') controller.abort()
    if (next !== 'pause') release?.()
  }
  return {
    get wish() {
      return wish
    },
    signal: controller.signal,
    onPause,
    ask,
    epochEnded: () => {
      if (wish === 'stopAtEpochEnd') ask('stop')
    },
    resumed: async () => {
      if (wish !== 'pause') return
      await onPause(true)
      // It may have been taken back meanwhile.
      if (wish === 'pause') await new Promise<void>((resolve) => (release = resolve))
      release = undefined
      await onPause(false)
    },
  }
}
