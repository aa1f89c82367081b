import { onBeforeUnmount, onMounted, reactive, watch } from 'vue'
import type { Ref } from 'vue'
import type { Classification } from '../../../shared/types'
import { usePictureUrls } from '../../composables/pictures'
import { t } from '../../i18n'
import { useDatasets } from '../../stores/datasets'
import { useEngine } from '../../stores/engine'
import { attempt } from '../../stores/notices'

/** An image and what each version predicts for it. */
export interface Tried {
  readonly key: number
  readonly name: string
  readonly url: string
  readonly bytes: Uint8Array
  /** Known for dataset images. */
  readonly truth: string | undefined
  answers: readonly Classification[]
  problem: string | undefined
  isBusy: boolean
}

/** Larger files are unlikely to be images that anyone wants to try. */
const mostBytes = 16 * 2 ** 20
const mostShown = 24
const samplesAtOnce = 4

/** The images that were tried, newest first; all of them are classified again when the versions change. */
export function useTried(versions: Ref<readonly string[]>, tuned: Ref<boolean>) {
  const engine = useEngine()
  const datasets = useDatasets()
  const urls = usePictureUrls()
  const tried = reactive<Tried[]>([])
  let nextKey = 0

  async function classify(entry: Tried): Promise<void> {
    if (versions.value.length === 0) return
    entry.isBusy = true
    try {
      entry.answers = await engine.call('versions.classify', {
        versions: [...versions.value],
        image: entry.bytes,
        tuned: tuned.value,
      })
      entry.problem = undefined
    } catch (error) {
      entry.problem = error instanceof Error ? error.message : String(error)
    } finally {
      entry.isBusy = false
    }
  }
  watch([versions, tuned], async () => {
    for (const entry of tried) await classify(entry)
  })

  async function add(name: string, bytes: Uint8Array, type: string, truth?: string): Promise<void> {
    const url = urls.show(bytes, type)
    tried.unshift({ key: nextKey++, name, url, bytes, truth, answers: [], problem: undefined, isBusy: false })
    for (const old of tried.splice(mostShown)) urls.release(old.url)
    const [added] = tried
    if (added) await classify(added)
  }

  async function addFiles(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      await attempt(async () => {
        if (file.size > mostBytes) throw new Error(t('try.tooLarge', { name: file.name }))
        await add(file.name, new Uint8Array(await file.arrayBuffer()), file.type)
      })
    }
  }

  /** A few test images, different each time. */
  async function addSamples(): Promise<void> {
    await attempt(async () => {
      const dataset = datasets.value?.find(({ counts }) => counts.test > 0)
      if (!dataset) throw new Error(t('try.noTest'))
      const indices = Array.from({ length: samplesAtOnce }, () => Math.floor(Math.random() * dataset.counts.test))
      const pictures = await engine.call('datasets.pictures', {
        name: dataset.name,
        split: 'test',
        indices,
        side: 1024,
      })
      for (const { path, bytes, mimeType, className, problem } of pictures)
        if (problem === null) await add(path, bytes, mimeType, className)
    })
  }

  const paste = (event: ClipboardEvent): void => void addFiles(event.clipboardData?.files ?? [])
  onMounted(() => window.addEventListener('paste', paste))
  onBeforeUnmount(() => window.removeEventListener('paste', paste))
  return { tried, addFiles, addSamples }
}
