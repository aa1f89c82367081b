import { defineStore } from 'pinia'
import { useEngine } from './engine'
import { createLoadable } from './loadable'

export const useDatasets = defineStore('datasets', () => {
  const engine = useEngine()
  const list = createLoadable(() => engine.call('datasets.list', {}))
  engine.onEvent(({ kind }) => {
    if (kind === 'reset' || kind === 'datasets.changed') void list.load()
  })
  if (engine.isOpen) void list.load()
  return { ...list }
})
