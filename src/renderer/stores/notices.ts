import { ref, shallowRef } from 'vue'

/** What the engine refused last; one sentence over every screen until it is dismissed or something succeeds. */
export const problem = ref<string>()

export interface Undoable {
  readonly text: string
  undo(): Promise<unknown>
}

/** What was done last and can be taken back; it is offered until something else is done, or for a while. */
export const undoable = shallowRef<Undoable>()
const offeredMs = 12_000

export function offerUndo(text: string, undo: () => Promise<unknown>): void {
  const offer = { text, undo }
  undoable.value = offer
  setTimeout(() => {
    if (undoable.value === offer) undoable.value = undefined
  }, offeredMs)
}

/** Does something that a person asked for; a failure is shown instead of thrown. */
export async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    const answer = await action()
    problem.value = undefined
    return answer
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error)
    return undefined
  }
}
