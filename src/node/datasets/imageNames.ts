/** File extensions of the images that the decoder supports. */
const readable = new Set(['jpg', 'jpeg', 'png', 'webp'])

/** Image formats that other programs support but this one does not; worth a message, unlike text files. */
const unreadable = new Set(['bmp', 'gif', 'tif', 'tiff', 'avif', 'heic', 'heif', 'jp2', 'ppm', 'pgm'])

export type NameKind = 'image' | 'unsupportedImage' | 'hidden' | 'other'

/** Classifies a path in a source by its name alone. */
export function nameKind(path: string): NameKind {
  const parts = path.split('/')
  if (parts.some((part) => part.startsWith('.') || part === '__MACOSX')) return 'hidden'
  const ending = endingOf(path)
  if (readable.has(ending)) return 'image'
  return unreadable.has(ending) ? 'unsupportedImage' : 'other'
}

const endingOf = (path: string): string => /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''

export const unsupportedReason = (path: string): string =>
  `${endingOf(path)} is not supported: expected JPEG, PNG or WebP`
