import { owner } from '../../shared/access'
import type { Handlers } from '../../shared/contract'
import { readAccess, writeAccess } from '../access/accessFile'
import { existingFolder } from '../access/existingFolder'
import type { HostParts } from './parts'

type AccessHandlers = Pick<Handlers, 'access.get' | 'access.setFolders'>

/** As the owner sees it; what others see is restricted before a call gets here. */
export function accessHandlers({ store: { paths } }: Pick<HostParts, 'store'>): AccessHandlers {
  return {
    'access.get': () => ({ ...owner, folders: readAccess(paths.root).folders }),
    'access.setFolders': ({ folders }) => {
      const opened = [...new Set(folders.map(existingFolder))]
      writeAccess(paths.root, { ...readAccess(paths.root), folders: opened })
      return { ...owner, folders: opened }
    },
  }
}
