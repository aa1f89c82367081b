import { join } from 'node:path'

/** The program's icon; it lies with the interface. */
export const iconFile = join(import.meta.dirname, '..', 'renderer', 'icon.png')
