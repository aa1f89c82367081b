import { ref } from 'vue'

/** What the engine refused last; one sentence over every screen until it is dismissed or something succeeds. */
export const problem = ref<string>()

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
