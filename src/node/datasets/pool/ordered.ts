/** A promise of each task, at most `depth` of them running ahead of the one that is awaited; results come in the order of the tasks. */
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
    // It is awaited later, or not at all when the consumer stops early.
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
