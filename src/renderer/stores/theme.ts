import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'

export const themeChoices = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof themeChoices)[number]

/** Text sizes relative to normal. */
export const textSizes = [0.9, 1, 1.15, 1.3, 1.5] as const

const key = 'nnopt.theme'
const sizeKey = 'nnopt.text-size'
const isChoice = (value: string | null): value is ThemeChoice => themeChoices.some((choice) => choice === value)

/** Appearance: the chosen or system theme, and the text size. */
export const useTheme = defineStore('theme', () => {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const systemIsDark = ref(system.matches)
  system.addEventListener('change', ({ matches }) => (systemIsDark.value = matches))
  const stored = localStorage.getItem(key)
  const choice = ref<ThemeChoice>(isChoice(stored) ? stored : 'system')
  const storedSize = Number(localStorage.getItem(sizeKey))
  const textSize = ref<number>(textSizes.find((size) => size === storedSize) ?? 1)
  const theme = computed(() => (choice.value !== 'system' ? choice.value : systemIsDark.value ? 'dark' : 'light'))
  // Before the first paint, because charts read the tokens of the current theme.
  watchEffect(
    () => {
      document.documentElement.dataset.theme = theme.value
      document.documentElement.style.setProperty('--text-size', String(textSize.value))
    },
    { flush: 'sync' },
  )
  function choose(chosen: ThemeChoice): void {
    choice.value = chosen
    localStorage.setItem(key, chosen)
  }
  function setTextSize(size: number): void {
    textSize.value = size
    localStorage.setItem(sizeKey, String(size))
  }
  return {
    theme,
    choice,
    textSize,
    choose,
    setTextSize,
    toggle: () => choose(theme.value === 'dark' ? 'light' : 'dark'),
  }
})
