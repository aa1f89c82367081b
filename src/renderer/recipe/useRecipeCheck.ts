import { onBeforeUnmount, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { RecipeCheck } from '../../shared/types'
import { useEngine } from '../stores/engine'
import { asRecipe } from './draft'
import type { Draft } from './draft'

const settleMs = 150

export interface CheckedRecipe {
  readonly check: ShallowRef<RecipeCheck | undefined>
  /** The check shown belongs to the current text. */
  readonly isCurrent: ShallowRef<boolean>
  readonly failure: ShallowRef<string | undefined>
}

/** Asks the engine to validate and estimate a recipe, shortly after each change. */
export function useRecipeCheck(draft: Ref<Draft>): CheckedRecipe {
  const engine = useEngine()
  const check = shallowRef<RecipeCheck>()
  const isCurrent = shallowRef(false)
  const failure = shallowRef<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  async function ask(mine: number): Promise<void> {
    try {
      const answer = await engine.call('recipes.check', { recipe: asRecipe(draft.value) })
      if (mine === turn) [check.value, isCurrent.value, failure.value] = [answer, true, undefined]
    } catch (error) {
      if (mine === turn) failure.value = error instanceof Error ? error.message : String(error)
    }
  }
  watch(
    [draft, () => engine.isOpen],
    () => {
      isCurrent.value = false
      const mine = ++turn
      clearTimeout(timer)
      if (draft.value.steps.length > 0 && engine.isOpen) timer = setTimeout(() => void ask(mine), settleMs)
    },
    { immediate: true },
  )
  onBeforeUnmount(() => clearTimeout(timer))
  return { check, isCurrent, failure }
}
