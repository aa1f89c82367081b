import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'

type Theme = 'light' | 'dark'

const key = 'nnopt.theme'

/** The theme that was chosen, or the system's. */
export const useTheme = defineStore('theme', () => {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const stored = localStorage.getItem(key)
  const theme = ref<Theme>(stored === 'dark' || stored === 'light' ? stored : system.matches ? 'dark' : 'light')
  watchEffect(() => void (document.documentElement.dataset.theme = theme.value))
  function toggle(): void {
    theme.value = theme.value === 'dark' ? 'light' : 'dark'
    localStorage.setItem(key, theme.value)
  }
  return { theme, toggle }
})
