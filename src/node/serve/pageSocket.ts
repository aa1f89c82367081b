import type { WebSocket } from 'ws'
import { toErrorReport } from '../../shared/errors'
import { assertCall } from '../../shared/wire'
import type { Frame } from '../../shared/wire'
import type { FramePort } from './frames'
import type { Limits } from './limits'

/** Close codes of RFC 6455 and its IANA registry. */
const closeCodes = { protocolError: 1002, policy: 1008, serviceRestart: 1012 } as const

/** Longer ones do not fit into the frame that closes a WebSocket. */
const longestReasonBytes = 123

interface Listener {
  readonly limits: Limits
  /** Why the page was left. */
  dropped(why: string): void
}

/** A browser's WebSocket: whatever comes over it ends that page alone, and what it does not take is bounded. */
export function pageSocket(socket: WebSocket, { limits, dropped }: Listener): FramePort {
  const flow = { calls: 0, callBytes: 0 }
  const drop = (why: string): void => {
    dropped(why)
    socket.terminate()
  }
  // 'close' follows.
  socket.on('error', ({ message }) => dropped(message))
  keepAlive(socket, limits.pingEveryMs, () => drop('no answer to a ping'))
  return {
    send: (frame) => send(socket, frame, limits, () => drop('replies are read too slowly')),
    onFrame: (listener) =>
      void socket.on('message', (data: Buffer, isBinary) => {
        const frame = isBinary ? new Uint8Array(data) : data.toString()
        const problem = problemIn(frame, limits)
        if (problem !== undefined)
          return (dropped(problem), socket.close(closeCodes.protocolError, 'expected a message'))
        counted(socket, flow, limits, data.length, async () => listener(frame)).catch((error: unknown) =>
          drop(toErrorReport(error).message),
        )
      }),
    onClose: (listener) => void socket.on('close', () => listener()),
    close: (reason) => socket.close(closeCodes.serviceRestart, reason && shortened(reason)),
  }
}

function problemIn(frame: Frame, { textBytes }: Limits): string | undefined {
  try {
    assertCall(frame, textBytes)
    return undefined
  } catch (error) {
    return toErrorReport(error).message
  }
}

/** Nothing more is read while much is under way. */
async function counted(
  socket: WebSocket,
  flow: { calls: number; callBytes: number },
  { openCalls, openCallBytes }: Limits,
  sizeBytes: number,
  work: () => Promise<void>,
): Promise<void> {
  const isFull = (): boolean => flow.calls >= openCalls || flow.callBytes >= openCallBytes
  flow.calls++
  flow.callBytes += sizeBytes
  if (isFull()) socket.pause()
  await work()
  flow.calls--
  flow.callBytes -= sizeBytes
  if (socket.isPaused && !isFull()) socket.resume()
}

function send(
  socket: WebSocket,
  frame: Frame,
  { patienceMs, slowestBytesPerSecond }: Limits,
  onSlow: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve()
    const deadline = setTimeout(
      onSlow,
      patienceMs + ((socket.bufferedAmount + frame.length) / slowestBytesPerSecond) * 1000,
    )
    socket.send(frame, () => {
      clearTimeout(deadline)
      resolve()
    })
  })
}

/** Leaves a page whose machine has gone without a word. A paused one is not asked: its answer would not be read. */
function keepAlive(socket: WebSocket, everyMs: number, onSilence: () => void): void {
  let hasAnswered = true
  const timer = setInterval(() => {
    if (socket.isPaused) return
    if (!hasAnswered) return onSilence()
    hasAnswered = false
    socket.ping(() => undefined)
  }, everyMs)
  socket.on('pong', () => (hasAnswered = true))
  socket.on('close', () => clearInterval(timer))
}

function shortened(reason: string): string {
  const bytes = Buffer.from(reason)
  return bytes.length <= longestReasonBytes
    ? reason
    : new TextDecoder('utf-8').decode(bytes.subarray(0, longestReasonBytes - 3)).replace(/\uFFFD+$/, '') + '…'
}
