/** The token in an address that nnopt serve printed, or a token alone. */
export const tokenIn = (text: string): string | undefined => /(?:^|#\/?token=)([\w-]{8,})$/.exec(text.trim())?.[1]

/** Exchanges a token for the cookie that the WebSocket then carries; answers whether it was the right one. */
export async function signInWith(token: string): Promise<boolean> {
  const { ok } = await fetch('/session', { method: 'POST', body: token })
  return ok
}
