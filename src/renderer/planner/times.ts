import { reactive } from 'vue'
import type { Ref } from 'vue'
import { createTask } from '../composables/task'

interface Timed {
  done: number
  total: number
  /** Undefined until the layers have been timed. */
  threads: number | undefined
  warnings: readonly string[]
}

const untimed: Readonly<Timed> = { done: 0, total: 0, threads: undefined, warnings: [] }

/** Layer times for predicting latency. The engine keeps them as long as it is used. */
export function createTimes(version: Ref<string>, onTimed: () => void) {
  const task = createTask('versions.pruneTimes')
  const timed = reactive<Timed>({ ...untimed })

  async function startTimes(): Promise<void> {
    Object.assign(timed, untimed)
    const answer = await task.start({ version: version.value }, (progress) => Object.assign(timed, progress))
    if (!answer) return
    Object.assign(timed, { threads: answer.threads, warnings: answer.warnings })
    onTimed()
  }
  function forgetTimes(): void {
    task.cancel()
    Object.assign(timed, untimed)
  }
  return { times: task.state, timed, startTimes, forgetTimes }
}
