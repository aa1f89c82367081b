import { z } from 'zod'
import type { ShellMessage, Wish } from '../../shared/shell'

/** What came through the window's own messages is looked at before it is believed. */
const posted = z.object({
  shell: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('opened'), paths: z.array(z.string()).readonly() }),
    z.object({ kind: z.literal('engineEnded'), how: z.string() }),
    z.object({ kind: z.literal('show'), what: z.enum(['palette', 'shortcuts']) }),
    z.object({ kind: z.literal('go'), path: z.string().startsWith('/') }),
  ]) satisfies z.ZodType<ShellMessage>,
})

type Said<K extends ShellMessage['kind']> = Extract<ShellMessage, { readonly kind: K }>
const isKind = <K extends ShellMessage['kind']>(message: ShellMessage, kind: K): message is Said<K> =>
  message.kind === kind

/** Listens to the main process of the desktop program, until the function that it answers is called. In a browser nothing is ever said. */
export function onSaid<K extends ShellMessage['kind']>(kind: K, listener: (message: Said<K>) => void): () => void {
  const receive = ({ data, source }: MessageEvent<unknown>): void => {
    const { data: message } = source === window ? posted.safeParse(data) : {}
    if (message && isKind(message.shell, kind)) listener(message.shell)
  }
  window.addEventListener('message', receive)
  return () => window.removeEventListener('message', receive)
}

/** Asks the main process for something; see `wishChannels`. */
export const askShell = (nnopt: Wish, remote?: string): void =>
  window.postMessage({ nnopt, remote }, window.location.origin)
