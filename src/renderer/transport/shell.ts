import { z } from 'zod'
import type { ShellMessage, Wish } from '../../shared/shell'

/** Messages from the window itself are validated before use. */
const posted = z.object({
  shell: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('opened'), paths: z.array(z.string()).readonly() }),
    z.object({ kind: z.literal('engineEnded'), how: z.string() }),
    z.object({ kind: z.literal('engineFailed'), reason: z.string() }),
    z.object({ kind: z.literal('show'), what: z.enum(['palette', 'shortcuts']) }),
    z.object({ kind: z.literal('go'), path: z.string().startsWith('/') }),
  ]) satisfies z.ZodType<ShellMessage>,
})

type Said<K extends ShellMessage['kind']> = Extract<ShellMessage, { readonly kind: K }>
const isKind = <K extends ShellMessage['kind']>(message: ShellMessage, kind: K): message is Said<K> =>
  message.kind === kind

/**
 * Listens to the desktop app's main process until the returned function is called. In a browser, there are no messages.
 */
export function onSaid<K extends ShellMessage['kind']>(kind: K, listener: (message: Said<K>) => void): () => void {
  const receive = ({ data, source }: MessageEvent<unknown>): void => {
    const { data: message } = source === window ? posted.safeParse(data) : {}
    if (message && isKind(message.shell, kind)) listener(message.shell)
  }
  window.addEventListener('message', receive)
  return () => window.removeEventListener('message', receive)
}

/** Sends a request to the main process; see `wishChannels`. */
export const askShell = (nnopt: Wish, remote?: string): void =>
  window.postMessage({ nnopt, remote }, window.location.origin)
