/** File name endings of the images that the decoder reads. */
const readable = new Set(['jpg', 'jpeg', 'png', 'webp'])

/** Images that other programs read and this one does not: worth a word, unlike a text file. */
const unreadable = new Set(['bmp', 'gif', 'tif', 'tiff', 'avif', 'heic', 'heif', 'jp2', 'ppm', 'pgm'])

export type NameKind = 'image' | 'unsupportedImage' | 'hidden' | 'other'

/** What a path within a source is, by its name alone. */
export function nameKind(path: string): NameKind {
  const parts = path.split('/')
  if (parts.some((part) => part.startsWith('.') || part === '__MACOSX')) return 'hidden'
  const ending = endingOf(path)
  if (readable.has(ending)) return 'image'
  return unreadable.has(ending) ? 'unsupportedImage' : 'other'
}

export const endingOf = (path: string): string => /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? ''

export const unsupportedReason = (path: string): string =>
  `${endingOf(path)} is not supported: expected JPEG, PNG or WebP`
