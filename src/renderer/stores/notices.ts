import { ref, shallowRef } from 'vue'

/** The latest error of the engine, shown on every screen until it is dismissed or something succeeds. */
export const problem = ref<string>()

export interface Undoable {
  readonly text: string
  undo(): Promise<unknown>
}

/** The latest action that can be undone; offered until another action or a timeout. */
export const undoable = shallowRef<Undoable>()
const offeredMs = 12_000

export function offerUndo(text: string, undo: () => Promise<unknown>): void {
  const offer = { text, undo }
  undoable.value = offer
  setTimeout(() => {
    if (undoable.value === offer) undoable.value = undefined
  }, offeredMs)
}

/** Runs a user action and shows its error instead of throwing. */
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
