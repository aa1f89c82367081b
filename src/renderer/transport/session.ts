/** The token from an address printed by nnopt serve, or a bare token. */
export const tokenIn = (text: string): string | undefined => /(?:^|#\/?token=)([\w-]{8,})$/.exec(text.trim())?.[1]

/** Exchanges a token for the cookie that the WebSocket sends; returns whether it was valid. */
export async function signInWith(token: string): Promise<boolean> {
  const { ok } = await fetch('/session', { method: 'POST', body: token })
  return ok
}
