import type { WebContents } from 'electron'
import { shellChannel } from '../shared/shell'
import type { ShellMessage } from '../shared/shell'

/** Sends a message to a page, if there is one. */
export const say = (page: WebContents | undefined, message: ShellMessage): void => page?.send(shellChannel, message)
