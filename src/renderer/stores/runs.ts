import { defineStore } from 'pinia'
import { computed, ref, shallowRef, triggerRef, watch } from 'vue'
import type { HostEvent, Run } from '../../shared/types'
import { useEngine } from './engine'
import { createLoadable } from './loadable'

/** All runs, newest first, updated by events. */
export const useRuns = defineStore('runs', () => {
  const engine = useEngine()
  const list = createLoadable(() => engine.call('runs.list', {}))
  const logs = shallowRef(new Map<string, string[]>())
  const order = ref<readonly string[]>([])
  /** Runs that were active when the connection to the engine was lost. */
  const underWay = ref<readonly string[]>([])
  watch(
    () => engine.state,
    (state) => {
      if (state === 'lost') underWay.value = [...new Set([...underWay.value, ...active.value.map(({ id }) => id)])]
    },
  )

  async function loadQueue(): Promise<void> {
    order.value = (await engine.call('runs.queue', {})).order
  }

  function replace(run: Run): void {
    const known = list.value.value ?? []
    list.value.value = known.some(({ id }) => id === run.id)
      ? known.map((each) => (each.id === run.id ? run : each))
      : [run, ...known]
  }

  function receive(event: HostEvent): void {
    if (event.kind === 'reset') {
      void list.load()
      void loadQueue().catch(() => undefined)
    }
    if (event.kind === 'queue.changed') order.value = event.order
    if (event.kind === 'run.changed') replace(event.run)
    if (event.kind === 'run.progress') {
      const run = list.value.value?.find(({ id }) => id === event.runId)
      if (run) replace({ ...run, progress: event.progress })
    }
    if (event.kind === 'run.log') {
      logs.value.set(event.runId, [...(logs.value.get(event.runId) ?? []), event.text])
      triggerRef(logs)
    }
  }

  function forgetLog(id: string): void {
    logs.value.delete(id)
    triggerRef(logs)
  }

  engine.onEvent(receive)
  if (engine.isOpen) {
    void list.load()
    void loadQueue().catch(() => undefined)
  }
  /** Queued runs, next first. */
  const queue = computed(() => order.value.flatMap((id) => list.value.value?.find((run) => run.id === id) ?? []))
  const active = computed(
    () => list.value.value?.filter(({ status }) => status === 'running' || status === 'paused') ?? [],
  )
  const interrupted = computed(() =>
    underWay.value.flatMap((id) => list.value.value?.find((run) => run.id === id && run.status === 'crashed') ?? []),
  )
  const forgetInterrupted = (id: string): void => void (underWay.value = underWay.value.filter((each) => each !== id))
  return { ...list, logs, forgetLog, queue, active, interrupted, forgetInterrupted }
})
