import type { Version } from '../../shared/types'
import { t } from '../i18n'
import { useEngine } from '../stores/engine'
import { attempt, offerUndo, undoable } from '../stores/notices'

type Named = Pick<Version, 'id' | 'name'>

/** Versions go to the trash and come back from it; only emptying it is for good. */
export function useTrash() {
  const engine = useEngine()
  const restore = (versions: readonly Named[]): Promise<unknown> =>
    attempt(async () => {
      undoable.value = undefined
      for (const { id } of versions) await engine.call('versions.restore', { version: id })
    })
  /** Answers whether all of them went; what went can be called back at once. */
  async function moveToTrash(versions: readonly Named[]): Promise<boolean> {
    const gone: Named[] = []
    const isDone = await attempt(async () => {
      for (const version of versions) {
        await engine.call('versions.remove', { version: version.id })
        gone.push(version)
      }
      return true
    })
    if (gone.length > 0)
      offerUndo(t('trash.moved', { name: gone[0]!.name, count: gone.length }, gone.length), () => restore(gone))
    return isDone === true
  }
  const purge = (version?: Named): Promise<unknown> =>
    attempt(() => {
      undoable.value = undefined
      return engine.call('versions.purge', { version: version?.id })
    })
  return { moveToTrash, restore, purge }
}
