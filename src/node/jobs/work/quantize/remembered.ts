import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import { syncPath } from '../../../store/durable'

/** What an earlier attempt at this step made and wrote to `file`, or what `make` makes now: a resumed step does not repeat it. */
export async function remembered<T>(file: string, make: () => Promise<T>): Promise<T> {
  if (existsSync(file)) return deserialize(readFileSync(file)) as T
  const made = await make()
  writeFileSync(`${file}.partial`, serialize(made))
  syncPath(`${file}.partial`)
  renameSync(`${file}.partial`, file)
  return made
}
