/** Promises of the tasks, with at most `depth` running ahead of the awaited one; results arrive in task order. */
export async function* inOrder<T, R>(
  tasks: Iterable<T>,
  depth: number,
  start: (task: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = []
  const source = tasks[Symbol.iterator]()
  const startNext = (): boolean => {
    const next = source.next()
    if (next.done) return false
    const promise = start(next.value)
    // Awaited later, or never if the consumer stops early.
    promise.catch(() => undefined)
    running.push(promise)
    return true
  }
  for (;;) {
    while (running.length <= depth && startNext());
    const head = running.shift()
    if (head === undefined) return
    yield await head
  }
}
