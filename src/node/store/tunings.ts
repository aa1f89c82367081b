import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tuning } from '../../shared/types'
import type { ModelForm, Tuning } from '../../shared/types'
import { replaceFile } from './durable'
import { makeFolder } from './makeFolder'

/** What was found fastest for versions, by fingerprint of CPU and libraries, with the files that were made for it. All of it can be measured again. */
export interface Tunings {
  find(versionId: string, fingerprint: string): Tuning | undefined
  save(tuning: Tuning): void
  /** Where another form of a version's file lies. */
  file(versionId: string, fingerprint: string, form: ModelForm): string
  /** Of versions that are gone for good. */
  remove(versionId: string): void
}

/** An older program's record, or one cut off by a full disk, counts as none: measuring again is cheap. */
function recordIn(text: string): Tuning | undefined {
  try {
    return tuning.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export function createTunings(folder: string): Tunings {
  const place = (versionId: string, fingerprint: string): string => join(folder, fingerprint, versionId)
  const record = (versionId: string, fingerprint: string): string => join(place(versionId, fingerprint), 'tuning.json')
  return {
    find(versionId, fingerprint) {
      const file = record(versionId, fingerprint)
      return existsSync(file) ? recordIn(readFileSync(file, 'utf8')) : undefined
    },
    save(found) {
      const file = record(found.version, found.fingerprint)
      makeFolder(place(found.version, found.fingerprint))
      replaceFile(file, new TextEncoder().encode(JSON.stringify(found, null, 2)))
    },
    file: (versionId, fingerprint, form) => join(place(versionId, fingerprint), `${form}.onnx`),
    remove(versionId) {
      for (const fingerprint of existsSync(folder) ? readdirSync(folder) : [])
        rmSync(place(versionId, fingerprint), { recursive: true, force: true })
    },
  }
}
