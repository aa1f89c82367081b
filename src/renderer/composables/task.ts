import { reactive } from 'vue'
import type { EventOf, ParamsOf, ProcedureName, ResultOf } from '../../shared/contract'
import { useEngine } from '../stores/engine'

/** Long-running engine work: one call at a time, with progress and cancellation. */
export interface Task<N extends ProcedureName> {
  readonly state: { readonly isRunning: boolean; readonly problem: string | undefined }
  /**
   * Cancels a call that is still running. Returns undefined if the call failed or was cancelled; `state.problem` then
   * has the reason.
   */
  start(params: ParamsOf<N>, onEvent?: (event: EventOf<N>) => void): Promise<ResultOf<N> | undefined>
  cancel(): void
}

export function createTask<N extends ProcedureName>(name: N): Task<N> {
  const engine = useEngine()
  const state = reactive<{ isRunning: boolean; problem: string | undefined }>({ isRunning: false, problem: undefined })
  let current: AbortController | undefined
  const cancel = (): void => {
    current?.abort()
    current = undefined
    state.isRunning = false
  }
  async function start(params: ParamsOf<N>, onEvent?: (event: EventOf<N>) => void): Promise<ResultOf<N> | undefined> {
    cancel()
    const mine = (current = new AbortController())
    Object.assign(state, { isRunning: true, problem: undefined })
    try {
      const result = await engine.call(name, params, {
        signal: mine.signal,
        onEvent: (event) => mine === current && onEvent?.(event),
      })
      return mine === current ? result : undefined
    } catch (cause) {
      if (mine === current) state.problem = cause instanceof Error ? cause.message : String(cause)
      return undefined
    } finally {
      if (mine === current) cancel()
    }
  }
  return { state, start, cancel }
}
