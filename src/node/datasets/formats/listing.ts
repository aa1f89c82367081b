import type { Problem } from '../../../shared/types/dataset'
import { nameKind, unsupportedReason } from '../imageNames'
import type { FoundImage, Listing } from './format'

export interface ListingBuilder {
  /** What to do with a file; only images are read. */
  wants(path: string): boolean
  addImage(image: FoundImage): void
  addFolder(path: string): void
  addProblem(problem: Problem): void
  result(): Listing
}

/** Collects the parts of a listing, and notes skipped files. */
export function createListing(): ListingBuilder {
  const images: FoundImage[] = []
  const folders = new Set<string>()
  const problems: Problem[] = []
  const otherFiles: string[] = []
  return {
    wants(path) {
      const kind = nameKind(path)
      if (kind === 'unsupportedImage') problems.push({ path, reason: unsupportedReason(path) })
      if (kind === 'other') otherFiles.push(path)
      return kind === 'image'
    },
    addImage: (image) => void images.push(image),
    addFolder: (path) => void (path !== '' && nameKind(path) !== 'hidden' && folders.add(path)),
    addProblem: (problem) => void problems.push(problem),
    result: () => ({ images, folders: [...folders], problems, otherFiles }),
  }
}
