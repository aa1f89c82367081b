import { onBeforeUnmount, onMounted, ref } from 'vue'
import type { Ref } from 'vue'
import type { Run } from '../../shared/types'
import { useEngine } from '../stores/engine'
import { droppedEntries, fileOf, filesOf } from '../transport/droppedFolder'
import { uploadFolder } from '../transport/tarUpload'
import { uploadFile } from '../transport/upload'
import { assertTaken, datasetName, useIntake } from './intake'

export interface Dropped {
  /** Whether something is being dragged over the window. */
  readonly isOver: Ref<boolean>
  /** Share of a dropped file that has been uploaded. */
  readonly sent: Ref<number | undefined>
}

/** Imports models and datasets that are dropped on the window. */
export function useDropped(): Dropped {
  const engine = useEngine()
  const { takeIn, takeInAll } = useIntake()
  const isOver = ref(false)
  const sent = ref<number>()
  const onProgress = (share: number): void => void (sent.value = share)

  async function sending<T>(work: () => Promise<T>): Promise<T> {
    sent.value = 0
    try {
      return await work()
    } finally {
      sent.value = undefined
    }
  }

  async function send(entry: FileSystemEntry): Promise<Run> {
    if (entry.isDirectory) {
      const name = datasetName(entry.name)
      return takeIn(await uploadFolder(engine, name, await filesOf(entry), onProgress), name)
    }
    assertTaken(entry.name)
    return takeIn(await uploadFile(engine, await fileOf(entry), onProgress), entry.name)
  }

  function over(event: DragEvent): void {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    isOver.value = true
  }
  const leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) isOver.value = false
  }
  async function drop(event: DragEvent): Promise<void> {
    isOver.value = false
    if (event.defaultPrevented || !event.dataTransfer) return
    event.preventDefault()
    await takeInAll(droppedEntries(event.dataTransfer).map((entry) => () => sending(() => send(entry))))
  }

  const listeners = [
    ['dragover', over],
    ['dragleave', leave],
    ['drop', drop],
  ] as const
  onMounted(() => listeners.forEach(([name, listener]) => window.addEventListener(name, listener as EventListener)))
  onBeforeUnmount(() =>
    listeners.forEach(([name, listener]) => window.removeEventListener(name, listener as EventListener)),
  )
  return { isOver, sent }
}
