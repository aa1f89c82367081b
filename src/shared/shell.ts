/** What the main process of the desktop program says to its page. The preload script passes it on as it is. */
export type ShellMessage =
  | { readonly kind: 'opened'; readonly paths: readonly string[] }
  | { readonly kind: 'engineEnded'; readonly how: string }
  | { readonly kind: 'show'; readonly what: 'palette' | 'shortcuts' }
  | { readonly kind: 'go'; readonly path: string }

/** The channel of Electron's IPC that carries it. */
export const shellChannel = 'shell'

/** What a page asks of the shell, each over a channel of its own. */
export const wishChannels = {
  /** A port to the engine, or with `remote` to the one at that address. */
  engine: 'engine:connect',
  /** The paths that were opened so far, and those to come. */
  paths: 'paths:listen',
} as const
export type Wish = keyof typeof wishChannels
