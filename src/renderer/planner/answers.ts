import { ref, shallowRef } from 'vue'
import type { ParamsOf } from '../../shared/contract'
import type { ChannelPlan } from '../../shared/types'
import { latestOnly } from '../composables/latest'
import { useEngine } from '../stores/engine'

type Asked = ParamsOf<'versions.prunePlan'>

/** The compressed size is requested once the sliders rest. */
const restMs = 350

/**
 * The engine's answer to the latest of many requests, asked once more with the compressed size if no other request
 * follows.
 */
export function createAnswers(onAnswer: (asked: Asked, answer: ChannelPlan) => void, whenResting: () => Asked) {
  const engine = useEngine()
  const plan = shallowRef<ChannelPlan>()
  const problem = ref<string>()
  const isPlanning = ref(false)
  let resting: ReturnType<typeof setTimeout> | undefined
  let wanted = 0

  const work = latestOnly(async ({ asked, turn }: { readonly asked: Asked; readonly turn: number }) => {
    try {
      const answer = await engine.call('versions.prunePlan', asked)
      if (turn < wanted && asked.gzip) return
      plan.value = answer
      problem.value = undefined
      onAnswer(asked, answer)
      if (!asked.gzip && turn === wanted) resting = setTimeout(() => ask({ ...whenResting(), gzip: true }), restMs)
    } catch (cause) {
      problem.value = cause instanceof Error ? cause.message : String(cause)
    } finally {
      isPlanning.value = turn < wanted
    }
  })
  function ask(asked: Asked): void {
    clearTimeout(resting)
    isPlanning.value = true
    work({ asked, turn: ++wanted })
  }
  function forget(): void {
    clearTimeout(resting)
    ;[plan.value, problem.value] = [undefined, undefined]
  }
  return { plan, problem, isPlanning, ask, forget }
}
