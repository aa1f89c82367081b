/**
 * Runs an asynchronous action for the latest of many requests: while one runs, newer requests replace each other. A
 * fast-moving slider thus asks as often as the engine can answer, and its last position always counts.
 */
export function latestOnly<P>(action: (params: P) => Promise<void>): (params: P) => void {
  let [running, next]: [boolean, { readonly params: P } | undefined] = [false, undefined]
  const work = async (params: P): Promise<void> => {
    running = true
    await action(params).finally(() => (running = false))
    const waiting = next
    next = undefined
    if (waiting) await work(waiting.params)
  }
  return (params) => {
    if (running) next = { params }
    else void work(params)
  }
}
