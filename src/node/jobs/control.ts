import type { StepControl } from './step'

export type Wish = 'run' | 'pause' | 'stop'

export interface RunControl extends StepControl {
  readonly wish: Wish
  ask(wish: Wish): void
}

/** Pause, go on and stop, as a step sees them. */
export function createControl(onPause: (paused: boolean) => void): RunControl {
  const controller = new AbortController()
  let wish: Wish = 'run'
  let release: (() => void) | undefined
  return {
    get wish() {
      return wish
    },
    signal: controller.signal,
    ask: (next) => {
      wish = next
      if (next === 'stop') controller.abort()
      if (next !== 'pause') release?.()
    },
    resumed: async () => {
      if (wish !== 'pause') return
      onPause(true)
      await new Promise<void>((resolve) => (release = resolve))
      release = undefined
      onPause(false)
    },
  }
}
