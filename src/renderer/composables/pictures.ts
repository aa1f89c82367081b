import { onScopeDispose } from 'vue'
import type { Picture } from '../../shared/types'

/** A picture with an address that an <img> can show; empty where it cannot be read. */
export interface ShownPicture extends Omit<Picture, 'bytes'> {
  readonly url: string
}

/** Addresses of pictures in memory, given back when the component that asked for them goes. */
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
