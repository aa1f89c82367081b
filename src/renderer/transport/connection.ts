import type { Client } from '../../shared/contract'
import { NNOptError } from '../../shared/errors'
import { createClient } from '../../shared/rpc'
import type { Port } from '../../shared/rpc'
import { openPort } from './port'

/** Seconds before each retry; short at first, because an engine that ended restarts at once. */
const retrySeconds = [0.3, 0.5, 1, 2, 4] as const

export interface ConnectionListener {
  opened(client: Client): void
  /** Will be retried. */
  lost(reason: string | undefined): void
  /** The page has no token, so it stops retrying. */
  denied(): void
}

export interface Connection {
  connect(): Promise<void>
  /** Disconnects and connects to the engine in the settings. */
  reconnect(): void
}

/** A connection to the engine that reconnects automatically. */
export function createConnection(listener: ConnectionListener): Connection {
  let attempt = 0
  let current: Port | undefined
  /** Only the latest attempt counts: a port that was replaced may still open, answer or close at any time. */
  let turn = 0

  async function connect(): Promise<void> {
    const mine = ++turn
    const isMine = (): boolean => mine === turn
    try {
      const port = await openPort()
      if (!isMine()) return port.close()
      current = port
      const client = createClient(port)
      port.onClose((reason) => void (isMine() && retry(reason)))
      // A port to another machine exists before anything answers at its far end.
      await client.call('system.ping', {})
      if (!isMine()) return
      attempt = 0
      listener.opened(client)
    } catch (error) {
      if (!isMine()) return
      if (error instanceof NNOptError && error.message === 'denied') listener.denied()
      else retry()
    }
  }

  function retry(reason?: string): void {
    const mine = ++turn
    current = undefined
    listener.lost(reason)
    setTimeout(
      () => void (mine === turn && connect()),
      retrySeconds[Math.min(attempt++, retrySeconds.length - 1)]! * 1000,
    )
  }

  function reconnect(): void {
    const left = current
    ;[current, attempt] = [undefined, 0]
    void connect()
    left?.close()
  }

  return { connect, reconnect }
}
