import type { PlacedFile } from './tarUpload'

/** The folder among what was dropped, if there is one; it must be asked for before anything is awaited. */
export const droppedFolder = ({ items }: DataTransfer): FileSystemEntry | undefined =>
  [...items].map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory) ?? undefined

/** Every file of a dropped folder, with its place in it; what the system hides is left out. */
export async function filesOf(entry: FileSystemEntry): Promise<readonly PlacedFile[]> {
  if (entry.name.startsWith('.')) return []
  if (!entry.isDirectory)
    return [
      {
        path: entry.fullPath.replace(/^\//, ''),
        file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
      },
    ]
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: PlacedFile[] = []
  // A reader gives a hundred entries at a time.
  for (;;) {
    const entries = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (entries.length === 0) return found
    for (const each of entries) found.push(...(await filesOf(each)))
  }
}
