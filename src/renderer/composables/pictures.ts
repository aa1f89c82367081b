import { onScopeDispose } from 'vue'
import type { Picture } from '../../shared/types'

/** An image with a URL for <img>; empty if the image is unreadable. */
export interface ShownPicture extends Omit<Picture, 'bytes'> {
  readonly url: string
}

/** Object URLs of images, revoked when the component unmounts. */
export function usePictureUrls(): { show(bytes: Uint8Array, type: string): string; release(url: string): void } {
  const open = new Set<string>()
  const release = (url: string): void => {
    URL.revokeObjectURL(url)
    open.delete(url)
  }
  onScopeDispose(() => open.forEach(release))
  return {
    release,
    show: (bytes, type) => {
      const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }))
      open.add(url)
      return url
    },
  }
}
