import { decodeMessage, encodeMessage } from '../../shared/wire'
import type { Frame } from '../../shared/wire'
import type { Port } from '../../shared/rpc'
import { limits } from './limits'

/** A channel of encoded messages on which either side knows how fast the other one takes them. */
export interface FramePort {
  /** Resolves when the other side has taken the frame, or has gone. */
  send(frame: Frame): Promise<void>
  /** The other side's `send` resolves with the listener's promise. */
  onFrame(listener: (frame: Frame) => void | Promise<void>): void
  onClose(listener: (reason?: string) => void): void
  close(reason?: string): void
}

/** Passes frames on in both directions; when either end closes, the other does too. */
export function joinFrames(one: FramePort, other: FramePort): void {
  one.onFrame(other.send)
  other.onFrame(one.send)
  one.onClose(other.close)
  other.onClose(one.close)
}

type Window = Pick<typeof limits, 'unreadBytes' | 'mostUnreadBytes'>

/** Messages over frames: calls wait while replies are not taken, and a side that takes none at all is left. */
export function portOfFrames(frames: FramePort, { unreadBytes, mostUnreadBytes }: Window = limits): Port {
  let unread = 0
  let wake: () => void = () => undefined
  let turn: Promise<void> = Promise.resolve()
  let isClosed = false
  frames.onClose(() => {
    isClosed = true
    wake()
  })
  const waitForRoom = async (): Promise<void> => {
    // What the call before this one answers at once is counted by then.
    await new Promise((resolve) => setImmediate(resolve))
    while (unread >= unreadBytes && !isClosed) await new Promise<void>((resolve) => (wake = resolve))
  }
  return {
    post: (message) => {
      const frame = encodeMessage(message)
      unread += frame.length
      void frames.send(frame).then(() => {
        unread -= frame.length
        wake()
      })
      if (unread > mostUnreadBytes) frames.close('replies are read too slowly')
    },
    ready: () => (turn = turn.then(waitForRoom)),
    onMessage: (listener) => frames.onFrame((frame) => listener(decodeMessage(frame))),
    onClose: (listener) => frames.onClose(listener),
    close: (reason) => frames.close(reason),
  }
}
