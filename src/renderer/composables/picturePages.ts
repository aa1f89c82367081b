import { shallowReactive } from 'vue'
import type { Picture, Split } from '../../shared/types'
import { useEngine } from '../stores/engine'
import { attempt } from '../stores/notices'
import { usePictureUrls } from './pictures'
import type { ShownPicture } from './pictures'

export interface PictureQuery {
  readonly name: string
  readonly split: Split
  readonly className: string | undefined
  readonly side: number
}

/** Images per call. */
const pageLength = 60
/** Pages kept in memory, around the current position. */
const keptPages = 24

export interface PicturePages {
  /** The image at a position of the list; requested if it is not loaded yet. */
  at(position: number): ShownPicture | undefined
  /** Clears the pages and requests another list; returns its length. */
  open(query: PictureQuery): Promise<number>
}

/** A long list of images of which only the viewed pages are loaded and kept. */
export function usePicturePages(): PicturePages {
  const engine = useEngine()
  const urls = usePictureUrls()
  const pages = shallowReactive(new Map<number, readonly ShownPicture[]>())
  const asked = new Set<number>()
  let query: PictureQuery | undefined

  const shown = ({ bytes, ...picture }: Picture): ShownPicture => ({
    ...picture,
    url: picture.problem === null ? urls.show(bytes, picture.mimeType) : '',
  })

  function drop(page: number): void {
    for (const { url } of pages.get(page) ?? []) if (url) urls.release(url)
    pages.delete(page)
    asked.delete(page)
  }

  async function load(page: number): Promise<number> {
    const wanted = query
    if (!wanted || asked.has(page)) return 0
    asked.add(page)
    const answer = await attempt(() =>
      engine.call('datasets.browse', { ...wanted, offset: page * pageLength, limit: pageLength }),
    )
    if (query !== wanted) return 0
    if (!answer) {
      asked.delete(page)
      return 0
    }
    pages.set(page, answer.pictures.map(shown))
    for (const old of [...pages.keys()].slice(0, -keptPages)) drop(old)
    return answer.total
  }

  return {
    at(position) {
      const page = Math.floor(position / pageLength)
      const found = pages.get(page)
      if (!found) void load(page)
      return found?.[position % pageLength]
    },
    open(wanted) {
      for (const page of [...pages.keys()]) drop(page)
      asked.clear()
      query = wanted
      return load(0)
    },
  }
}
