/** Messages from the main process of the desktop app to its page. The preload script passes them on unchanged. */
export type ShellMessage =
  | { readonly kind: 'opened'; readonly paths: readonly string[] }
  | { readonly kind: 'engineEnded'; readonly how: string }
  | { readonly kind: 'engineFailed'; readonly reason: string }
  | { readonly kind: 'show'; readonly what: 'palette' | 'shortcuts' }
  | { readonly kind: 'go'; readonly path: string }

/** The Electron IPC channel that carries them. */
export const shellChannel = 'shell'

/** Requests from a page to the shell, each on its own channel. */
export const wishChannels = {
  /** A port to the engine or, with `remote`, to the engine at that address. */
  engine: 'engine:connect',
  /** The paths opened so far, and future ones. */
  paths: 'paths:listen',
  /** Another folder for the workspace, which the person chooses. */
  workspace: 'workspace:choose',
} as const
export type Wish = keyof typeof wishChannels
