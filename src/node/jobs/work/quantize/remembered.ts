import { existsSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import { NNOptError } from '../../../../shared/errors'
import { readChecked, writeChecked } from '../../../store/checkedFile'

/** What an earlier attempt at this step made and wrote to `file`, or what `make` makes now: a resumed step does not repeat it, unless the file is damaged. */
export async function remembered<T>(file: string, make: () => Promise<T>): Promise<T> {
  const earlier = existsSync(file) ? read(file) : undefined
  if (earlier) return deserialize(earlier) as T
  const made = await make()
  writeChecked(file, serialize(made))
  return made
}

function read(file: string): Buffer | undefined {
  try {
    return readChecked(file)
  } catch (error) {
    if (error instanceof NNOptError) return undefined
    throw error
  }
}
