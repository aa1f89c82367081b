import { onBeforeUnmount, onMounted, ref } from 'vue'
import type { Ref } from 'vue'
import { useRouter } from 'vue-router'
import type { Run } from '../../shared/types'
import { useEngine } from '../stores/engine'
import { attempt, problem } from '../stores/notices'
import { t } from '../i18n'
import { droppedFolder, filesOf } from '../transport/droppedFolder'
import { onSaid } from '../transport/fromMain'
import { remoteAddress } from '../transport/remote'
import { uploadFolder } from '../transport/tarUpload'
import { uploadFile } from '../transport/upload'

const isModel = (name: string): boolean => /\.onnx$/i.test(name)
const isArchive = (name: string): boolean => /\.(zip|tar|tgz|tar\.gz)$/i.test(name)
const nameOf = (path: string): string => (path.split(/[\\/]/).at(-1) ?? '').replace(/(\.tar)?\.\w+$/, '')
/** Names of data sets have no spaces. */
const datasetName = (path: string): string =>
  nameOf(path)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '') || 'images'

/** A model or a data set that is dropped on the window, or opened from the system, is taken in; its run is shown. */
export function useDropped(): {
  readonly isOver: Ref<boolean>
  /** Share of a dropped file that arrived, while it is sent. */ readonly sent: Ref<number | undefined>
} {
  const engine = useEngine()
  const router = useRouter()
  const isOver = ref(false)
  const sent = ref<number>()
  const onProgress = (share: number): void => void (sent.value = share)

  const takeIn = (path: string, name: string): Promise<Run> =>
    isModel(name)
      ? engine.call('versions.import', { file: path, name: nameOf(name) })
      : engine.call('datasets.add', { name: datasetName(name), paths: [path] })
  async function show(run: Run | undefined): Promise<void> {
    if (run) await router.push({ name: 'run', params: { id: run.id } })
  }

  async function sending<T>(work: () => Promise<T>): Promise<T> {
    sent.value = 0
    try {
      return await work()
    } finally {
      sent.value = undefined
    }
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
    const folder = droppedFolder(event.dataTransfer)
    const [file] = event.dataTransfer.files
    if (folder)
      return show(
        await attempt(() =>
          sending(async () =>
            engine.call('datasets.add', {
              name: datasetName(folder.name),
              paths: [await uploadFolder(engine, datasetName(folder.name), await filesOf(folder), onProgress)],
            }),
          ),
        ),
      )
    if (!file) return
    if (!isModel(file.name) && !isArchive(file.name))
      return void (problem.value = t('app.dropRefused', { name: file.name }))
    await show(await attempt(() => sending(async () => takeIn(await uploadFile(engine, file, onProgress), file.name))))
  }
  async function opened(path: string): Promise<void> {
    // The file lies here, the engine elsewhere.
    if (remoteAddress() !== undefined) return void (problem.value = t('app.openRemote', { name: path }))
    await show(await attempt(() => takeIn(path, path)))
  }

  const listeners = [
    ['dragover', over],
    ['dragleave', leave],
    ['drop', drop],
  ] as const
  onBeforeUnmount(onSaid('opened', (path) => void opened(path)))
  onMounted(() => listeners.forEach(([name, listener]) => window.addEventListener(name, listener as EventListener)))
  onBeforeUnmount(() =>
    listeners.forEach(([name, listener]) => window.removeEventListener(name, listener as EventListener)),
  )
  return { isOver, sent }
}
