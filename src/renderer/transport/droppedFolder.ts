import type { PlacedFile } from './tarUpload'

/** The dropped files and folders; must be read before the first await. */
export const droppedEntries = ({ items }: DataTransfer): readonly FileSystemEntry[] =>
  [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)

/** The dropped folder, if there is one. */
export const droppedFolder = (data: DataTransfer): FileSystemEntry | undefined =>
  droppedEntries(data).find((entry) => entry.isDirectory)

/** The file of a file entry. */
export const fileOf = (entry: FileSystemEntry): Promise<File> =>
  new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))

/** All files of a dropped folder with their paths; skips hidden files. */
export async function filesOf(entry: FileSystemEntry): Promise<readonly PlacedFile[]> {
  if (entry.name.startsWith('.')) return []
  if (!entry.isDirectory) return [{ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) }]
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: PlacedFile[] = []
  // A reader returns a hundred entries at a time.
  for (;;) {
    const entries = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (entries.length === 0) return found
    // One by one: a call takes a limited number of arguments, and a folder may hold more files than that.
    for (const each of entries) for (const file of await filesOf(each)) found.push(file)
  }
}
