import type { PlacedFile } from './tarUpload'

/** The files and folders that were dropped; they must be asked for before anything is awaited. */
export const droppedEntries = ({ items }: DataTransfer): readonly FileSystemEntry[] =>
  [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)

/** The folder among what was dropped, if there is one. */
export const droppedFolder = (data: DataTransfer): FileSystemEntry | undefined =>
  droppedEntries(data).find((entry) => entry.isDirectory)

/** The file of an entry that is no folder. */
export const fileOf = (entry: FileSystemEntry): Promise<File> =>
  new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))

/** Every file of a dropped folder, with its place in it; what the system hides is left out. */
export async function filesOf(entry: FileSystemEntry): Promise<readonly PlacedFile[]> {
  if (entry.name.startsWith('.')) return []
  if (!entry.isDirectory) return [{ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) }]
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
