import type { Version } from '../../shared/types'
import { t } from '../i18n'
import { useEngine } from '../stores/engine'
import { attempt, offerUndo, undoable } from '../stores/notices'

type Named = Pick<Version, 'id' | 'name'>

/** Moves versions to the trash and back; only emptying the trash is permanent. */
export function useTrash() {
  const engine = useEngine()
  const restore = (versions: readonly Named[]): Promise<unknown> =>
    attempt(async () => {
      undoable.value = undefined
      for (const { id } of versions) await engine.call('versions.restore', { version: id })
    })
  /** Returns whether all of them were moved; the move can be undone immediately. */
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
